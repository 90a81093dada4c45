"""How good a result is: numbers for people, without gradients. Everything is imported from here."""

from dlkit.metrics.classes import accuracy, confusion_matrix, iou, iou_from_confusion, mean_iou, top_k_accuracy
from dlkit.metrics.generated import Judgement, judge_generated
from dlkit.metrics.images import psnr
from dlkit.metrics.language import bits_per_character, bleu, clipped_matches, perplexity

__all__ = [
    "Judgement", "accuracy", "bits_per_character", "bleu", "clipped_matches", "confusion_matrix", "iou", "iou_from_confusion",
    "judge_generated", "mean_iou", "perplexity", "psnr", "top_k_accuracy",
]  # fmt: skip
