"""The one place that names both sides: what the domain announces, and the transport that carries it on."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "hubbub.wiring"
    label = "hubbub_wiring"
    path = __file__.rsplit("/", 1)[0]

    def ready(self) -> None:
        from hubbub.events import announce
        from hubbub.realtime import notices
        from hubbub.rooms import queries

        announce.listeners.events.append(notices.events_committed)
        announce.listeners.people.append(notices.people_touched)
        queries.presence.online = notices.online_in
