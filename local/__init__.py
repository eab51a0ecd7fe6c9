"""Puts ``template.yaml`` on one machine, without Docker: emulator, deployment, front, sandbox."""
