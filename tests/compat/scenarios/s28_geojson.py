"""S28 GeoJSON."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Place(Document):
        point = PointField(required=True)
        line = LineStringField()
        area = PolygonField()

    ring = [[0, 0], [0, 1], [1, 1], [0, 0]]
    place = Place(point=[30.5, 50.4], line=[(0, 0), [1, 1]], area=[ring])
    assert place.point == {"type": "Point", "coordinates": [30.5, 50.4]}
    await place.save()
    loaded = await Place.objects.get(place._id)
    assert loaded.line == {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    assert loaded.area == {"type": "Polygon", "coordinates": [ring]}
    assert await Place.objects.filter(point=[30.5, 50.4]).count() == 1
    for bad in [1, 2, 3], {"type": "Line", "coordinates": [1, 2]}, ["x", 1], "text":
        with raises(InvalidDocumentError, "Field 'point' must be valid."):
            Place(point=bad).validate()
    with raises(InvalidDocumentError, "Field 'area' must be valid."):
        Place(point=[1, 2], area=[ring[:-1]]).validate()
    with raises(InvalidDocumentError, "Field 'point' is required."):
        Place().validate()

run(scenario)
