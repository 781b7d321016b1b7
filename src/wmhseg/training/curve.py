"""The training curve as a picture."""

from pathlib import Path

from wmhseg.io.writing import replacing


def draw_curve(losses: list[float], path: Path) -> None:
    """Draw loss and Dice (1 - loss) per epoch into a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="epoch", ylim=(0, 1))
    epochs = range(1, len(losses) + 1)
    axes.plot(epochs, losses, label="Dice loss")
    axes.plot(epochs, [1 - loss for loss in losses], label="Dice (training, whole batch)")
    axes.grid(alpha=0.3)
    axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=100)
