"""One file per step; the newest is :data:`percepta.storage.database.HEAD`."""
