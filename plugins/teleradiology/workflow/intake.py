"""A study's way from its first image to the worklist, act by act; each may be repeated, and none loses a study.

====================  ==================================================================
an image came         ``notice`` makes the arriving row, ``stir`` sets its quiet timer
the study is at rest  ``settle`` reads it, decides, finds a reader and puts it on the list
a stage failed        it is on top of the list; ``retry`` or ``attend`` when a person helps
something was missed  ``catch_up`` reads Orthanc's changes, ``reconcile`` its studies
the study is gone     ``vanish`` says so on the item, which stays
====================  ==================================================================
"""

from .arrival import notice, stir, vanish
from .catching_up import catch_up, stable
from .reconciling import reconcile
from .settling import settle
from .trouble import attend, retry

__all__ = ["attend", "catch_up", "notice", "reconcile", "retry", "settle", "stable", "stir", "vanish"]
