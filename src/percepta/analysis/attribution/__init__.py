"""Attribution: heat maps that say which positions and channels a target rests on."""
