# For instructors: nbgrader, run in this folder, clears solutions as the course does and leaves out the instructor's cells.
import os

from tools.notebooks import release_config

os.environ["DLKIT_STRICT"] = "1"  # a check that does not pass raises, so that it earns no points

c = get_config()  # noqa: F821  nbgrader defines it
c.merge(release_config())
