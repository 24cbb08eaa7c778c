from app.main import create_app
from app.settings import Settings
from service_kit.serving import serve

if __name__ == "__main__":
    serve(Settings, create_app)
