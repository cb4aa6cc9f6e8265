"""A web service on FastAPI: a shop, with its wares, its orders and a dashboard.

In a checkout, with a MongoDB that is a replica set:

    pip install '.[pydantic]' fastapi python-multipart uvicorn
    MONGODB_URI='mongodb://localhost/shop?replicaSet=rs0' uvicorn examples.service.app:app

http://localhost:8000/docs shows what it can do, and lets one try it. Its tests are in
``tests/examples/test_service.py``. It has no users: whoever reaches it may do everything.
"""
