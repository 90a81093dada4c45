# For instructors: nbgrader, run in this folder, clears solutions as the course does and leaves out the instructor's cells.
from tools.notebooks import release_config

c = get_config()  # noqa: F821  nbgrader defines it
c.merge(release_config())
