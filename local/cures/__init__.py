"""What the pinned emulator (MiniStack 1.5.33) needs to run this template as AWS would.

This package runs in the emulator's own environment and process. Each module holds one cure and says what
is off; drop a module when a newer pinned version no longer needs it.
"""
