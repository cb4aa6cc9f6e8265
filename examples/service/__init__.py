"""A web service: a shop on FastAPI, with its wares, its orders and a dashboard.

    pip install 'aiomotorengine-rs[pydantic]' fastapi python-multipart uvicorn
    MONGODB_URI=mongodb://localhost/shop uvicorn examples.service.app:app
"""
