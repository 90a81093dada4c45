"""The shape of the project: imports point down, stems match, docstrings are complete, files are short."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from operations import NUMPY, OPERATIONS, TORCH, functions

import dlkit
from dlkit.exercises import LESSONS

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "dlkit").rglob("*.py"))
LAYERS = [
    {"errors"},
    {"shapes", "cases", "device", "progress", "svg", "lock", "download"},
    {"numpy_ops", "torch_ops", "init", "optim", "metrics", "data", "plot"},
    {"attempt", "difference", "gradcheck", "layers", "autodiff", "check"},
    {"exercises", "train", "bench", "digit_reader"},
    {"doctor", "map"},
    {"widgets"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
SHARED = {"activations", "losses", "normalization", "dropout"}  # topics of several lessons, not of one
MAY_IMPORT_TORCH = {"torch_ops", "device", "train", "bench", "digit_reader", "doctor"}


def unit(path):
    """The module or package directly under dlkit that a file belongs to."""
    return path.relative_to(ROOT / "dlkit").parts[0].removesuffix(".py")


def imports(path):
    """Every module a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


every_file = pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))


@every_file
def test_imports_point_down(path):
    if unit(path) == "__init__":
        return
    for name in imports(path):
        if name.startswith("dlkit.") and (target := name.split(".")[1]) != unit(path):
            assert {target, unit(path)} <= set(LEVEL), f"add {target} or {unit(path)} to LAYERS"
            assert LEVEL[target] <= LEVEL[unit(path)], f"{path.name} imports {name}, which stands above it"


@every_file
def test_torch_stays_in_its_half(path):
    names = set(imports(path))
    if unit(path) not in MAY_IMPORT_TORCH:
        assert not any(n == "torch" or n.startswith("torch.") for n in names)
    assert not any(n.split(".")[0] in ("torchvision", "torchaudio") for n in names)
    if unit(path) == "torch_ops":
        assert not any(n.startswith("dlkit.numpy_ops") for n in names)
    if unit(path) == "numpy_ops":
        assert {n.split(".")[0] for n in names} <= {"numpy", "dlkit", *sys.stdlib_module_names}


@pytest.mark.parametrize(
    "module", ["dlkit.numpy_ops.convolution", "dlkit.check", "dlkit.exercises.convolution", "dlkit.doctor"]
)
def test_the_numpy_half_loads_without_torch(module):
    code = f"import sys; sys.modules['torch'] = None; import {module}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("path", [*SOURCES, *sorted((ROOT / "tools").glob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))],
                         ids=lambda p: str(p.relative_to(ROOT)))  # fmt: skip
def test_no_file_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420
    assert path.stem not in ("utils", "helpers", "common", "misc")


def public(module):
    for name, value in vars(module).items():
        own = not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        if own and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name, value


def every_module():
    return [importlib.import_module(info.name) for info in pkgutil.walk_packages(dlkit.__path__, "dlkit.")]


@pytest.mark.parametrize("module", every_module(), ids=lambda m: m.__name__)
def test_public_names_are_documented(module):
    assert module.__doc__
    for name, value in public(module):
        doc = inspect.getdoc(value) or ""
        assert doc, f"{module.__name__}.{name} has no docstring"
        first = doc.splitlines()[0]
        assert first.endswith((".", ":")) or doc.count("\n") == 0, f"{name}: one plain sentence first"
        if inspect.isfunction(value):
            named = [p for p in inspect.signature(value).parameters.values() if p.name not in ("self", "cls")]
            for parameter in named if len(doc.splitlines()) > 1 else []:
                assert re.search(rf"\b{parameter.name}\b", doc), f"{module.__name__}.{name}: {parameter.name} is not explained"


@pytest.mark.parametrize("module", [*NUMPY.values(), *TORCH.values()], ids=lambda m: m.__name__)
def test_operations_have_the_whole_docstring(module):
    operations = {n: f for n, f in functions(module).items() if n.endswith(("_forward", "_backward")) or "Lesson:" in f.__doc__}
    for name, value in operations.items():
        doc = inspect.getdoc(value)
        places = [doc.find(part) for part in ("Parameters\n", "Returns\n", "Lesson: ", "Source: ")]
        assert -1 not in places, f"{name} lacks a part"
        assert places == sorted(places)
        assert re.search(r"Lesson: (\S+)", doc)[1] in {lesson.name for lesson in LESSONS}
        if "numpy_ops" in module.__name__:
            assert "Raises\n" in doc


def test_stems_match():
    stems = {lesson.stem for lesson in LESSONS}
    for package in ("numpy_ops", "torch_ops", "exercises", "widgets"):
        found = {p.stem for p in (ROOT / "dlkit" / package).iterdir() if p.suffix == ".py" or p.is_dir()}
        found = {stem.removesuffix("_loops") for stem in found if not stem.startswith("_")}
        assert found - stems <= {"autograd", "windows", "reduction", "base", "static", *SHARED}, package
    for folder, ending in (("solutions", ".md"), ("solutions", ".ipynb"), ("lessons", ".ipynb")):
        found = {p.stem for p in (ROOT / folder).iterdir() if p.suffix == ending}
        assert found <= {lesson.name for lesson in LESSONS}, folder
        assert found == {p.stem for p in (ROOT / "solutions").glob("*.md")}, folder


def test_every_operation_has_a_backward():
    for op, module in OPERATIONS.items():
        assert hasattr(module, f"{op}_backward"), op


def test_readme_lists_every_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for lesson in LESSONS:
        assert re.search(rf"\|.*{lesson.number}.*{lesson.stem}.*\| *{re.escape(lesson.question)} *\|", readme), lesson.name
        written = (ROOT / "lessons" / f"{lesson.name}.ipynb").exists()
        assert (f"lessons/{lesson.name}.ipynb" in readme) == written, lesson.name


def test_readme_lists_every_operation():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for topic, module in NUMPY.items():
        ops = [op for op, home in OPERATIONS.items() if home is module and not op.endswith("_loops")]
        if ops:
            named = {f"{op}*" if f"{op}_loops" in OPERATIONS else op for op in ops}
            row = re.search(rf"\| {topic} \| (.*) \|", readme)
            assert row, f"README lacks the topic {topic}"
            assert set(row[1].split(", ")) == named
