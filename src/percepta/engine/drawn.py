"""What has a picture: to save, to show, to see in a notebook."""

from __future__ import annotations

from pathlib import Path

from percepta.core.errors import StorageError
from percepta.engine.panels import Pixels


class Drawn:
    """What has a picture."""

    __slots__ = ()

    def picture(self) -> Pixels:
        """Return it, uint8 ``[H, W, 3]``."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Write the picture as a file (``.png``); returns its path.

        Raises:
            StorageError: it cannot be written.
        """
        from PIL import Image

        file = Path(path).expanduser()
        try:
            Image.fromarray(self.picture()).save(file)
        except (OSError, ValueError) as error:
            raise StorageError(f"{file} cannot be written: {error}.") from error
        return file

    def show(self) -> None:
        """Show the picture in the system's viewer; a notebook shows it by itself."""
        from PIL import Image

        Image.fromarray(self.picture()).show()

    def _repr_png_(self) -> bytes:
        """Be a picture in a notebook."""
        import io

        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(self.picture()).save(file, format="png")
        return file.getvalue()
