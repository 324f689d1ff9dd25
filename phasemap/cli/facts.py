"""What a result holds and how far it is, for machines."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phasemap.dataset import Result
    from phasemap.model.results import Region


def facts(result: "Result") -> dict[str, Any]:
    """The facts of a result as `--json` gives them: by info, and by what makes a result."""
    from phasemap.model.status import Status, name_of

    done, total = result.progress
    metadata = result.metadata
    parts = {"grid": result.fields, "checks": result.checks.fields if result.checks else {}}
    return {
        "title": metadata.title,
        "evaluations_done": done,
        "evaluations_total": total,
        "complete": done == total,
        "axes": {axis.name: axis.values.tolist() for axis in result.axes},
        "quantities": {
            part: {
                name: {name_of(status): int((entry.status == status).sum()) for status in Status}
                for name, entry in fields.items()
            }
            for part, fields in parts.items()
        },
        "surfaces": {name: len(result.surfaces[name].vertices) if name in result.surfaces else None
                     for name in result.wanted_surfaces},
        "regions": {name: _region(region) for name, region in result.regions.items()},
        "failures": [vars(failure) for failure in result.failures],
        "remarks": [vars(remark) for remark in result.remarks],
        "config_hash": metadata.config_hash,
        "seed": metadata.seed,
        "format_version": metadata.format_version,
        "wall_seconds": metadata.wall_seconds,
        "sessions": [{**vars(session), "versions": dict(session.versions)} for session in metadata.sessions],
    }  # fmt: skip


def _region(region: "Region") -> dict[str, Any]:
    """Its size: polygons in a plane, triangles in a box."""
    pieces = {"triangles": len(region.triangles)} if len(region.triangles) else {"polygons": len(region.pieces)}
    return {"vertices": len(region.vertices), **pieces, "level": region.level}
