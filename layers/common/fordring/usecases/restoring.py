"""After stored state has gone back in time: a restore of the table, or a crash of a local run."""

from fordring.domain import things
from fordring.domain.running import Epoch
from fordring.usecases.recording import epoch_of
from fordring.usecases.work import Desk, Work, transact


def raise_epoch(desk: Desk) -> Epoch:
    """Raise the epoch: commands that are older are looked up before they are sent again."""

    def decide(work: Work) -> Epoch:
        raised = Epoch(epoch_of(work) + 1, work.now)
        work.put(things.EPOCH(), raised)
        return raised

    return transact(desk, [things.EPOCH()], decide)
