"""The exercises of each lesson, one module a lesson, and the list of lessons."""

from typing import NamedTuple


class Lesson(NamedTuple):
    """A row of the course's table."""

    number: str
    stem: str
    question: str

    @property
    def name(self) -> str:
        """The notebook's name without its ending."""
        return f"{self.number}_{self.stem}"


LESSONS = tuple(
    Lesson(f"{number:02d}", stem, question)
    for number, (stem, question) in enumerate(
        [
            ("welcome", "Is my machine ready, and how does this course work?"),
            ("neurons", "What can a layer of neurons compute, and what can it not?"),
            ("backpropagation", "How does every weight learn its share of the blame, by hand?"),
            ("autodiff", "Can a program do the chain rule for us?"),
            ("training", "Why does the same network learn in one run and fail in another?"),
            ("convolution", "How can one small filter serve a whole image?"),
            ("pooling", "What may we throw away?"),
            ("cnn_architectures", "How did eight layers become 152?"),
            ("inside_cnns", "What has the network learned to see?"),
            ("transfer_learning", "How little data is enough, if someone trained before us?"),
            ("segmentation", "How do we label every pixel?"),
            ("adversarial_examples", "How little must change to fool a network?"),
            ("embeddings", "How can a word be a vector?"),
            ("recurrent_networks", "How can a network remember?"),
            ("lstm", "Why do plain recurrent networks forget, and what do gates change?"),
            ("attention", "What if the decoder could look back?"),
            ("transformers", "What if there were nothing but attention?"),
            ("autoencoders", "What does a network keep when it must copy through a bottleneck?"),
            ("variational_autoencoders", "How do we make a latent space we can sample from?"),
            ("gans", "Can two networks teach each other to forge?"),
            ("image_translation", "How do we repaint one image in the manner of another?"),
            ("image_captioning", "How do we join a network that sees to one that writes?"),
            ("graph_networks", "What if the data is neither a grid nor a sequence?"),
            ("scaling_up", "What changes on a GPU, and on more than one machine?"),
        ]
    )
)


def of(lesson: str) -> list:
    """List the exercises of a lesson in the order of its module.

    Parameters
    ----------
    lesson : str
        The lesson's name, ``"05_convolution"``.

    Returns
    -------
    list of dlkit.check.Exercise
        Empty where the lesson is not written yet.
    """
    from importlib import import_module
    from importlib.util import find_spec

    from dlkit.check import Exercise

    module = f"dlkit.exercises.{lesson.partition('_')[2]}"
    if find_spec(module) is None:
        return []
    found = import_module(module)
    names = getattr(found, "__all__", vars(found))
    return [getattr(found, name) for name in names if isinstance(getattr(found, name), Exercise)]
