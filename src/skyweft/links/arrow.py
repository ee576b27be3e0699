"""The table of samples along contacts."""

from dataclasses import fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Column, Table, named
from skyweft.contacts.arrow import PAIR
from skyweft.contacts.product import Contacts
from skyweft.links.product import DopplerResiduals, LinkLosses, LinkSamples

Ints = NDArray[np.int64]

LINK_SAMPLES = Table(
    "link_samples",
    "samples along contacts, sorted by contact, then time within a block",
    (
        Column("contact", "int64", "", "row of contacts.parquet"),
        *PAIR,
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("range_m", "float64", "m", "slant range"),
        Column(
            "elevation_deg", "float32", "deg", "of the higher end at the lower; NaN in one layer"
        ),
        Column("delay_s", "float64", "s", "one way, at the speed of light"),
        Column("doppler_hz", "float32", "Hz", "of the source's carrier at the target; NaN: none"),
        Column("doppler_rate_hz_s", "float32", "Hz/s", "its change"),
        Column("loss_db", "float32", "dB", "of all causes; NaN: no carrier"),
        Column("cn0_dbhz", "float32", "dBHz", "carrier over noise density, source to target"),
        Column("margin_db", "float32", "dB", "over the most robust mode's threshold"),
        Column("rate_bps", "float64", "bit/s", "source to target; 0 where nothing can be sent"),
        Column(
            "doppler_reverse_hz",
            "float32",
            "Hz",
            "of the target's carrier at the source; NaN: none",
        ),
        Column("doppler_rate_reverse_hz_s", "float32", "Hz/s", "its change"),
        Column("loss_reverse_db", "float32", "dB", "target to source; NaN: no carrier"),
        Column("cn0_reverse_dbhz", "float32", "dBHz", "target to source"),
        Column("margin_reverse_db", "float32", "dB", "target to source"),
        Column("rate_reverse_bps", "float64", "bit/s", "target to source"),
    ),
    repeated=("rate_bps", "rate_reverse_bps"),
)

LINK_LOSSES = Table(
    "link_losses",
    "of rules that state `losses`, one row a sample along a contact and cause of loss; they add up "
    "to its loss",
    (
        Column("contact", "int64", "", "row of contacts.parquet"),
        *PAIR,
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column(
            "cause",
            "name",
            "",
            "kind of the loss; of all: free_space, polarisation, pointing, fixed",
        ),
        Column("loss_db", "float32", "dB", "source to target; NaN: no carrier"),
        Column("loss_reverse_db", "float32", "dB", "target to source; NaN: no carrier"),
    ),
    optional=True,
)

DOPPLER_RESIDUALS = Table(
    "doppler_residuals",
    "of rules that state `precompensation`, one row a sample along a contact",
    (
        Column("contact", "int64", "", "row of contacts.parquet"),
        *PAIR,
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("residual_hz", "float32", "Hz", "left of the source's carrier, at most; NaN: none"),
        Column("residual_reverse_hz", "float32", "Hz", "of the target's carrier"),
    ),
    optional=True,
)


def link_samples_table(
    links: LinkSamples, contacts: Contacts, number: Ints, names: pa.Array, rules: pa.Array
) -> pa.Table:
    """Return samples; row c of `contacts` is contact `number[c]` of the run."""
    row = links.contact
    same = {field.name: getattr(links, field.name) for field in fields(links)}
    return LINK_SAMPLES.build(
        same
        | {
            "contact": number[row],
            **{
                name: column.astype(np.float32)
                for name, column in same.items()
                if name.startswith("doppler")
            },
            "link": named(contacts.link[row], rules),
            "source": named(contacts.source[row], names),
            "target": named(contacts.target[row], names),
        }
    )


def link_losses_table(
    losses: LinkLosses,
    links: LinkSamples,
    contacts: Contacts,
    number: Ints,
    names: pa.Array,
    rules: pa.Array,
) -> pa.Table:
    """Return the losses of samples cause by cause; arguments as of `link_samples_table`."""
    sample, cause = np.nonzero(~np.isnan(losses.loss_db).all(axis=1).T)
    row = links.contact[sample]
    return LINK_LOSSES.build(
        {
            "contact": number[row],
            "link": named(contacts.link[row], rules),
            "source": named(contacts.source[row], names),
            "target": named(contacts.target[row], names),
            "time_s": links.time_s[sample],
            "cause": named(cause, pa.array(losses.causes, pa.string())),
            "loss_db": losses.loss_db[cause, 0, sample],
            "loss_reverse_db": losses.loss_db[cause, 1, sample],
        }
    )


def doppler_residuals_table(
    left: DopplerResiduals,
    links: LinkSamples,
    contacts: Contacts,
    number: Ints,
    names: pa.Array,
    rules: pa.Array,
) -> pa.Table:
    """Return residuals of samples; arguments as of `link_samples_table`."""
    row = links.contact[left.sample]
    return DOPPLER_RESIDUALS.build(
        {
            "contact": number[row],
            "link": named(contacts.link[row], rules),
            "source": named(contacts.source[row], names),
            "target": named(contacts.target[row], names),
            "time_s": links.time_s[left.sample],
            "residual_hz": left.residual_hz.astype(np.float32),
            "residual_reverse_hz": left.residual_reverse_hz.astype(np.float32),
        }
    )
