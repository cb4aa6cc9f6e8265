"""What ``python -m aiomotorengine`` can do: a command a module.

Each is a function first, which a program may call, and which gives a report. Around it are the
arguments that the command line takes for it, and what it prints.
"""
