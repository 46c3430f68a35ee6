"""How a film becomes a file: a GIF by Pillow always, an MP4 where ffmpeg is installed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray
from PIL import Image

from figures.film import Film
from figures.style import styled
from theory.atomic import atomic_write

# Pixels per inch: 770 by 550 for 7.0 by 5.0 inches, both even, as H.264 wants them.
DPI = 110
# Of one frame, in milliseconds: a GIF counts hundredths of a second.
DURATION = 80
# One colour less than a GIF can have: the last one says "as before".
COLOURS = 255
# The palette is made from about so many frames.
SAMPLED = 16
# Red, green and blue as digits of one number.
_PLACES = np.array([1 << 16, 1 << 8, 1], np.uint32)

Picture = NDArray[np.uint8]


def lacks(suffix: str) -> str | None:
    """What is not installed that a file of this suffix takes, None where nothing is missing."""
    return "ffmpeg" if suffix == ".mp4" and shutil.which("ffmpeg") is None else None


def write(film: Film, path: str | os.PathLike[str]) -> None:
    """Write a film as GIF or MP4 (H.264), by the suffix: completely or not at all, without a time in it.

    Under one version of Matplotlib and of Pillow or ffmpeg two files of the same film are equal byte for byte.

    Raises:
        ValueError: the suffix is neither .gif nor .mp4.
        OSError: the file cannot be written, or there is no ffmpeg for an MP4, or it fails.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (".gif", ".mp4"):
        raise ValueError(f"{path}: found the suffix {suffix!r}, expected .gif or .mp4")
    if missing := lacks(suffix):
        raise OSError(errno.ENOENT, f"no {missing} is installed, which this file takes", str(path))
    with atomic_write(path) as temporary:
        (_write_gif if suffix == ".gif" else _write_mp4)(film, temporary)


def pictures(film: Film) -> Iterator[Picture]:
    """The frames as RGB pictures (height, width, 3), each once."""
    with styled():
        film.figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(film.figure)
        for frame in range(len(film.holds)):
            film.show(frame)
            canvas.draw()
            yield np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _write_gif(film: Film, path: Path) -> None:
    """A GIF that loops without end, with one palette for all frames, so that nothing flickers."""
    shown = [Image.fromarray(picture) for picture in pictures(film)]
    palette = _palette(shown[:: max(1, len(shown) // SAMPLED)])
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in shown)
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=[DURATION * hold for hold in film.holds],
        loop=0,
        disposal=1,
        optimize=True,
    )


def _palette(sampled: list[Image.Image]) -> Image.Image:
    """A picture with the palette that suits these: colours count by the root of their pixels, or white were all."""
    pixels = np.concatenate([np.asarray(picture, np.uint32).reshape(-1, 3) @ _PLACES for picture in sampled])
    found, counts = np.unique(pixels, return_counts=True)
    colours = (found[:, None] // _PLACES % 256).astype(np.uint8)
    sheet = np.repeat(colours, np.ceil(np.sqrt(counts)).astype(int), axis=0)
    made = Image.fromarray(sheet[None]).quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    kept = np.array(made.getpalette(), np.uint8).reshape(-1, 3)
    kept[kept.sum(axis=1, dtype=int).argmax()] = 255  # paper is white, not nearly so
    made.putpalette(kept.tobytes())
    return made


def _write_mp4(film: Film, path: Path) -> None:
    """H.264 that players and browsers know; held frames are repeated."""
    width, height = (2 * round(size * DPI / 2) for size in film.figure.get_size_inches())
    words = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    words += ["-framerate", f"1000/{DURATION}", "-i", "-", "-c:v", "libx264", "-crf", "18", "-preset", "slow"]
    words += ["-pix_fmt", "yuv420p", "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    words += ["-movflags", "+faststart", "-f", "mp4", str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as encoder:
        try:
            assert encoder.stdin is not None
            for picture, hold in zip(pictures(film), film.holds, strict=True):
                for _again in range(hold):
                    encoder.stdin.write(picture.tobytes())
            _out, said = encoder.communicate()
        except BrokenPipeError:
            _out, said = encoder.communicate()
        except BaseException:
            encoder.kill()
            raise
    if encoder.returncode:
        reason = said.decode(errors="replace").strip().splitlines()
        raise OSError(errno.EIO, f"ffmpeg failed{': ' + reason[-1] if reason else ''}", str(path))
