"""Whether hashes of leaves agree with the checkpoints that were signed over them."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from domain.checkpoint import Checkpoint
from domain.merkle import Growing

Progress = Callable[[int, int], None]
"""Is told how many of how many events are done."""


@dataclass(frozen=True)
class Claims:
    """Signed checkpoints: those that were kept elsewhere, and those that lie beside the log itself."""

    trusted: Sequence[Checkpoint]
    others: Sequence[Checkpoint] = ()

    @property
    def size(self) -> int:
        """How many events they are about."""
        return max(checkpoint.size for checkpoint in self.all())

    def all(self) -> list[Checkpoint]:
        """All of them, the smallest first."""
        return sorted((*self.trusted, *self.others), key=lambda checkpoint: checkpoint.size)


@dataclass(frozen=True)
class Agreement:
    """How far a sequence of hashes agrees with checkpoints: whether with each of them, the smallest first."""

    count: int
    sizes: Mapping[int, bool]
    trusted: frozenset[int]

    @property
    def all_agree(self) -> bool:
        """Nothing is wrong."""
        return all(self.sizes.values())

    @property
    def first_wrong(self) -> int:
        """The size of the first checkpoint that is not agreed with."""
        return next(size for size, agrees in self.sizes.items() if not agrees)

    @property
    def anew(self) -> bool:
        """A later checkpoint is agreed with: the same key has signed two histories."""
        return any(agrees for size, agrees in self.sizes.items() if size > self.first_wrong)

    @property
    def last_right(self) -> int:
        """How many events are right for sure; where history was written anew, only what is trusted counts."""
        return max(
            (s for s in self.sizes if s < self.first_wrong and (not self.anew or s in self.trusted)),
            default=0,
        )

    def told(self) -> str:
        """What is wrong."""
        wrong, right = self.first_wrong, self.last_right
        if self.count < wrong:
            return f"the hashes of the leaves from position {self.count + 1} to {max(self.sizes)} are missing"
        if self.anew:
            return (
                f"the log was written anew and signed again: the checkpoint of {wrong} events is of another"
                f" history, which differs between positions {right + 1} and {wrong}"
            )
        before = f"agree with the checkpoint of {right} events and not" if right else "do not agree"
        return (
            f"the leaves were forged between positions {right + 1} and {wrong}:"
            f" they {before} with that of {wrong} events"
        )


async def agreement(
    hashes: AsyncGenerator[Sequence[bytes], None], claims: Claims, progress: Progress
) -> Agreement:
    """Whether these hashes of leaves agree with the checkpoints."""
    growing = Growing()
    wanted = claims.all()
    size, sizes = claims.size, dict[int, bool]()
    async with aclosing(hashes):
        async for batch in hashes:
            for leaf in batch:
                growing.add(leaf)
                while wanted and wanted[0].size == growing.size:
                    checkpoint = wanted.pop(0)
                    agrees = checkpoint.root == growing.root()
                    sizes[growing.size] = agrees and sizes.get(growing.size, True)
            progress(min(growing.size, size), size)
            if not wanted:
                break
    sizes |= {checkpoint.size: False for checkpoint in wanted}
    return Agreement(growing.size, sizes, frozenset(checkpoint.size for checkpoint in claims.trusted))
