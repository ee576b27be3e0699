"""The table of a sweep from summaries: names, types, gaps."""

from skyweft.sweeps.metrics import flat, table
from skyweft.sweeps.variants import variants


def test_flat_names() -> None:
    summary = {
        "name": "x",
        "duration_s": 60.0,
        "coverage": None,
        "layers": [{"between": ["space", "ground"], "share_any": 0.5}],
        "routes": [{"sources": ["a"], "hops_mean": 2.5, "reasons": {"island": 0.1}}],
        "gateways": {"selected": ["a", "b"], "optimal": True},
        "flows": {"busiest_links": [{"load_mean_bps": 1.0}]},
        "warnings": ["one satellite waits", "no link uses it"],
        "deliveries": {"delay_curve_s": [1.0, 2.0], "rules": [{"source": "a", "made": 7}]},
    }
    assert flat(summary) == {
        "duration_s": 60.0,
        "layers.space-ground.share_any": 0.5,
        "routes.0.hops_mean": 2.5,
        "routes.0.reasons.island": 0.1,
        "gateways.selected": 2,
        "gateways.optimal": True,
        "deliveries.rules.0.made": 7,
    }


def test_columns() -> None:
    asked = variants({"duration_s": [60, 90], "k": [1.5, "x"]}, None)
    summaries = {1: {"duration_s": 60.0, "count": 1, "share": 1}, 3: {"count": 2, "share": 0.5}}
    found = table(asked, summaries, {2: "lost", 4: "late"})
    assert found.schema.to_string(show_schema_metadata=False).splitlines() == [
        "variant: int32",
        "reason: string",
        "warnings: string",
        "duration_s: int64",  # as it was given, and once only
        "k: string",
        "count: int64",
        "share: double",
    ]
    assert found.to_pylist()[1] == {
        "variant": 2, "reason": "lost", "warnings": None,
        "duration_s": 60, "k": "x", "count": None, "share": None,
    }  # fmt: skip
