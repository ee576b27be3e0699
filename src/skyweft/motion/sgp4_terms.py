"""What SGP4 needs of a satellite before any time is given, for whole fleets at once.

Near-earth terms only, WGS72 as element sets are made with. The names are those of the published
equations and of `sgp4.model.Satrec`, so that each can be compared. Times are minutes, lengths
earth radii, as in the theory; metres begin in `motion.sgp4_kernel`.

References
----------
F. R. Hoots and R. L. Roehrich, "Spacetrack Report No. 3", 1980.
D. Vallado, P. Crawford, R. Hujsak and T. S. Kelso, "Revisiting Spacetrack Report #3",
AIAA 2006-6753.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MINUTES_DAY = 1440.0
REV_DAY = MINUTES_DAY / (2.0 * np.pi)
"""One radian a minute in revolutions a day."""
RADIUS_KM = 6378.135
RADIUS_M = 6_378_135.0
MU_KM3_S2 = 398600.8
XKE = 60.0 / np.sqrt(RADIUS_KM**3 / MU_KM3_S2)
J2, J3, J4 = 0.001082616, -0.00000253881, -0.00000165597
J3_OVER_J2 = J3 / J2
DEEP_SPACE_MIN = 225.0
"""Satellites of this period or more feel Sun and Moon: the deep-space branch. [minutes]"""

_NEARLY_CIRCULAR = 1e-4
_RETROGRADE_GUARD = 1.5e-12


class NearEarth(NamedTuple):
    """The constants of `N` satellites in the order the kernel reads them. Columns are (N,)."""

    mo: Floats
    mdot: Floats
    argpo: Floats
    argpdot: Floats
    nodeo: Floats
    nodedot: Floats
    nodecf: Floats
    cc1: Floats
    d2: Floats
    d3: Floats
    d4: Floats
    bstar_cc4: Floats
    bstar_cc5: Floats
    sinmao: Floats
    t2cof: Floats
    t3cof: Floats
    t4cof: Floats
    t5cof: Floats
    omgcof: Floats
    eta: Floats
    xmcof: Floats
    delmo: Floats
    ecco: Floats
    no_unkozai: Floats
    sqrt_a: Floats
    aycof: Floats
    xlcof: Floats
    con41: Floats
    x1mth2: Floats
    x7thm1: Floats
    cosio: Floats
    sinio: Floats

    def table(self) -> Floats:
        """Return the columns side by side, (N, 32), a row a satellite."""
        return np.stack(self, axis=1)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of an orbit's shape the terms are made of; all in earth radii and minutes."""

    ecco: Floats
    no: Floats
    ao: Floats
    omeosq: Floats
    cosio: Floats
    sinio: Floats
    con41: Floats
    con42: Floats
    x1mth2: Floats


@dataclass(frozen=True, slots=True)
class _Drag:
    """Drag terms shared by several coefficients."""

    sfour: Floats
    tsi: Floats
    eta: Floats
    coef: Floats
    cc1: Floats
    cc3: Floats
    cc4: Floats
    cc5: Floats
    isimp: NDArray[np.bool_]


def brouwer_mean_motion(kozai: ArrayLike, eccentricity: ArrayLike, cosine: ArrayLike) -> Floats:
    """Return Brouwer mean motions from the Kozai ones that element sets print.

    Parameters
    ----------
    kozai : (N,)
        Kozai mean motion. [rad/min]
    eccentricity, cosine : (N,)
        Mean eccentricity, cosine of the mean inclination.

    Returns
    -------
    no_unkozai : (N,)
        Brouwer mean motion. [rad/min]
    """
    kozai = np.asarray(kozai, dtype=np.float64)
    return kozai / (1.0 + _kozai_shift(kozai, eccentricity, cosine))


def kozai_mean_motion(brouwer: ArrayLike, eccentricity: ArrayLike, cosine: ArrayLike) -> Floats:
    """Return Kozai mean motions whose Brouwer ones are given: `brouwer_mean_motion` undone.

    Same units; exact to rounding, since the shift is 1e-3 and changes by 1e-3 of itself a step.
    """
    brouwer = np.asarray(brouwer, dtype=np.float64)
    kozai = brouwer
    for _ in range(8):
        kozai = brouwer * (1.0 + _kozai_shift(kozai, eccentricity, cosine))
    return kozai


def _kozai_shift(kozai: Floats, eccentricity: ArrayLike, cosine: ArrayLike) -> Floats:
    """Return Kozai over Brouwer mean motion, less one."""
    omeosq = 1.0 - np.square(np.asarray(eccentricity, dtype=np.float64))
    ak = (XKE / kozai) ** (2.0 / 3.0)
    d1 = 0.75 * J2 * (3.0 * np.square(cosine) - 1.0) / (np.sqrt(omeosq) * omeosq)
    shift = d1 / (ak * ak)
    adel = ak * (1.0 - shift * shift - shift * (1.0 / 3.0 + 134.0 * shift * shift / 81.0))
    return np.asarray(d1 / (adel * adel))


def near_earth(
    no_kozai: Floats,
    ecco: Floats,
    inclo: Floats,
    nodeo: Floats,
    argpo: Floats,
    mo: Floats,
    bstar: Floats,
) -> NearEarth:
    """Return the near-earth terms of N satellites.

    Valid for periods below 225 minutes; elements that no orbit can have give NaN, never an error.

    Parameters
    ----------
    no_kozai : (N,)
        Kozai mean motion. [rad/min]
    ecco, bstar : (N,)
        Mean eccentricity; drag term. [per earth radius]
    inclo, nodeo, argpo, mo : (N,)
        Inclination, right ascension of the node, argument of perigee, mean anomaly. [rad]
    """
    with np.errstate(all="ignore"):
        shape = _shape(no_kozai, ecco, inclo)
        drag = _drag(shape, argpo, bstar)
        return _assemble(shape, drag, nodeo, argpo, mo, bstar)


def _shape(no_kozai: Floats, ecco: Floats, inclo: Floats) -> _Shape:
    """Return the shape of the orbits from Kozai elements."""
    cosio = np.cos(inclo)
    cosio2 = cosio * cosio
    no = brouwer_mean_motion(no_kozai, ecco, cosio)
    con42 = 1.0 - 5.0 * cosio2
    return _Shape(
        ecco=ecco,
        no=no,
        ao=(XKE / no) ** (2.0 / 3.0),
        omeosq=1.0 - ecco * ecco,
        cosio=cosio,
        sinio=np.sin(inclo),
        con41=-con42 - cosio2 - cosio2,
        con42=con42,
        x1mth2=1.0 - cosio2,
    )


def _drag(shape: _Shape, argpo: Floats, bstar: Floats) -> _Drag:
    """Return the drag coefficients; the atmosphere's reference height drops for low perigees."""
    ecco, no, ao, omeosq = shape.ecco, shape.no, shape.ao, shape.omeosq
    con41 = shape.con41
    rp = ao * (1.0 - ecco)
    perigee_km = (rp - 1.0) * RADIUS_KM
    height_km = np.where(perigee_km < 156.0, perigee_km - 78.0, 78.0)
    height_km = np.where(perigee_km < 98.0, 20.0, height_km)
    sfour = height_km / RADIUS_KM + 1.0
    tsi = 1.0 / (ao - sfour)
    eta = ao * ecco * tsi
    etasq = eta * eta
    eeta = ecco * eta
    psisq = np.abs(1.0 - etasq)
    coef = ((120.0 - height_km) / RADIUS_KM) ** 4 * tsi**4
    coef1 = coef / psisq**3.5
    lift = 0.375 * J2 * tsi / psisq * con41 * (8.0 + 3.0 * etasq * (8.0 + etasq))
    cc2 = coef1 * no * (ao * (1.0 + 1.5 * etasq + eeta * (4.0 + etasq)) + lift)
    cc3 = np.where(
        ecco > _NEARLY_CIRCULAR, -2.0 * coef * tsi * J3_OVER_J2 * no * shape.sinio / ecco, 0.0
    )
    waves = -3.0 * con41 * (1.0 - 2.0 * eeta + etasq * (1.5 - 0.5 * eeta))
    waves += 0.75 * shape.x1mth2 * (2.0 * etasq - eeta * (1.0 + etasq)) * np.cos(2.0 * argpo)
    brake = eta * (2.0 + 0.5 * etasq) + ecco * (0.5 + 2.0 * etasq)
    return _Drag(
        sfour=sfour,
        tsi=tsi,
        eta=eta,
        coef=coef,
        cc1=bstar * cc2,
        cc3=cc3,
        cc4=2.0 * no * coef1 * ao * omeosq * (brake - J2 * tsi / (ao * psisq) * waves),
        cc5=2.0 * coef1 * ao * omeosq * (1.0 + 2.75 * (etasq + eeta) + eeta * etasq),
        isimp=rp < 220.0 / RADIUS_KM + 1.0,
    )


def _rates(shape: _Shape) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mdot, argpdot, nodedot and the node's first-order part of it, rad/min."""
    cosio, no = shape.cosio, shape.no
    cosio2 = cosio * cosio
    cosio4 = cosio2 * cosio2
    pinvsq = 1.0 / np.square(shape.ao * shape.omeosq)
    rteosq = np.sqrt(shape.omeosq)
    temp1 = 1.5 * J2 * pinvsq * no
    temp2 = 0.5 * temp1 * J2 * pinvsq
    temp3 = -0.46875 * J4 * pinvsq * pinvsq * no
    mdot = no + 0.5 * temp1 * rteosq * shape.con41
    mdot = mdot + 0.0625 * temp2 * rteosq * (13.0 - 78.0 * cosio2 + 137.0 * cosio4)
    argpdot = -0.5 * temp1 * shape.con42 + 0.0625 * temp2 * (7.0 - 114.0 * cosio2 + 395.0 * cosio4)
    argpdot = argpdot + temp3 * (3.0 - 36.0 * cosio2 + 49.0 * cosio4)
    xhdot1 = -temp1 * cosio
    tilt = 0.5 * temp2 * (4.0 - 19.0 * cosio2) + 2.0 * temp3 * (3.0 - 7.0 * cosio2)
    return mdot, argpdot, xhdot1 + tilt * cosio, xhdot1


def _secular(shape: _Shape, drag: _Drag) -> tuple[Floats, ...]:
    """Return d2, d3, d4, t3cof, t4cof, t5cof: drag beyond the first power of time."""
    ao, cc1, tsi, sfour = shape.ao, drag.cc1, drag.tsi, drag.sfour
    cc1sq = cc1 * cc1
    d2 = 4.0 * ao * tsi * cc1sq
    temp = d2 * tsi * cc1 / 3.0
    d3 = (17.0 * ao + sfour) * temp
    d4 = 0.5 * temp * ao * tsi * (221.0 * ao + 31.0 * sfour) * cc1
    t3cof = d2 + 2.0 * cc1sq
    t4cof = 0.25 * (3.0 * d3 + cc1 * (12.0 * d2 + 10.0 * cc1sq))
    t5cof = 0.2 * (3.0 * d4 + 12.0 * cc1 * d3 + 6.0 * d2 * d2 + 15.0 * cc1sq * (2.0 * d2 + cc1sq))
    return d2, d3, d4, t3cof, t4cof, t5cof


def _assemble(
    shape: _Shape, drag: _Drag, nodeo: Floats, argpo: Floats, mo: Floats, bstar: Floats
) -> NearEarth:
    """Return the terms; below 220 km of perigee those that the theory drops are zero."""
    mdot, argpdot, nodedot, xhdot1 = _rates(shape)
    ecco, sinio, cosio = shape.ecco, shape.sinio, shape.cosio

    def full(term: Floats) -> Floats:
        return np.where(drag.isimp, 0.0, term)

    d2, d3, d4, t3cof, t4cof, t5cof = (full(term) for term in _secular(shape, drag))
    eeta = ecco * drag.eta
    xmcof = np.where(ecco > _NEARLY_CIRCULAR, -2.0 / 3.0 * drag.coef * bstar / eeta, 0.0)
    opening = np.where(np.abs(cosio + 1.0) > _RETROGRADE_GUARD, 1.0 + cosio, _RETROGRADE_GUARD)
    return NearEarth(
        mo=mo,
        mdot=mdot,
        argpo=argpo,
        argpdot=argpdot,
        nodeo=nodeo,
        nodedot=nodedot,
        nodecf=3.5 * shape.omeosq * xhdot1 * drag.cc1,
        cc1=drag.cc1,
        d2=d2,
        d3=d3,
        d4=d4,
        bstar_cc4=bstar * drag.cc4,
        bstar_cc5=full(bstar * drag.cc5),
        sinmao=np.sin(mo),
        t2cof=1.5 * drag.cc1,
        t3cof=t3cof,
        t4cof=t4cof,
        t5cof=t5cof,
        omgcof=full(bstar * drag.cc3 * np.cos(argpo)),
        eta=drag.eta,
        xmcof=full(xmcof),
        delmo=(1.0 + drag.eta * np.cos(mo)) ** 3,
        ecco=ecco,
        no_unkozai=shape.no,
        sqrt_a=np.sqrt(shape.ao),
        aycof=-0.5 * J3_OVER_J2 * sinio,
        xlcof=-0.25 * J3_OVER_J2 * sinio * (3.0 + 5.0 * cosio) / opening,
        con41=shape.con41,
        x1mth2=shape.x1mth2,
        x7thm1=7.0 * cosio * cosio - 1.0,
        cosio=cosio,
        sinio=sinio,
    )
