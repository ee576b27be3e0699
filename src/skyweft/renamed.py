"""What earlier versions called otherwise, so that an old word is answered with the new one."""

from collections.abc import Container, Mapping

KEYS = {
    "apart": "disjoint",
    "relay": "forwarding",
    "mean_time_between_s": "mtbf_s",
    "repair_s": "mttr_s",
    "need_bps": "demand_bps",
}
VALUES = {
    "waited": "longest_waiting",
    "never": "direct",
    "live": "immediate",
    "sooner": "store_and_forward",
}
TABLES = {
    "links": "link_samples",
    "access": "contact_statistics",
    "shares": "flow_rates",
    "loads": "link_loads",
    "packets": "packet_statistics",
    "route_times": "route_snapshots",
    "gateway_times": "gateway_capacity",
    "delivery_delays": "delay_cdf",
    "deliveries_by_thing": "deliveries_by_device",
    "stores": "storage_occupancy",
    "downlinks": "gateway_usage",
}
NAMES = {
    "assemble": "build_fleet",
    "find": "find_contacts",
    "budget": "link_budget",
    "review": "check",
    "echo": "derived_geometry",
    "tracks_kept": "has_tracks",
    "finished_s": "simulated_s",
    "ways_apart": "disjoint_paths",
    "second_way": "backup_path",
    "best_in_view": "best_servers",
}


def now_called(word: object, words: Mapping[str, str], known: Container[str] | None = None) -> str:
    """Return "; it is called NEW now" where a word is an old one, else nothing.

    Parameters
    ----------
    word : object
        What somebody wrote.
    words : mapping
        Old words and the new ones: `KEYS`, `VALUES`, `TABLES` or `NAMES`.
    known : container of str, optional
        New words that are allowed here; any unless given.
    """
    new = words.get(word) if isinstance(word, str) else None
    return f"; it is called {new} now" if new and (known is None or new in known) else ""
