"""A published study's own evaluation, beside the sounder one, next to the published figures."""
