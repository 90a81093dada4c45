"""Data: what comes with the course, what is downloaded on request, what is generated. Everything is imported from here."""

from dlkit.data.batching import batches
from dlkit.data.embedded import load
from dlkit.data.points import ring_centres, ring_of_gaussians
from dlkit.data.remote import fetch, read_idx
from dlkit.data.sequences import adding_task, copy_task, spell_number
from dlkit.data.sets import Reviews, Split, Texts
from dlkit.data.vocabulary import Vocabulary

__all__ = [
    "Reviews", "Split", "Texts", "Vocabulary", "adding_task", "batches", "copy_task", "fetch", "load", "read_idx",
    "ring_centres", "ring_of_gaussians", "spell_number",
]  # fmt: skip
