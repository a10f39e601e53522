"""Pictures that tests paint, and what became of them."""

from io import BytesIO

from PIL import Image

from generator.shop import Picture


def gradient(size, mode="RGB"):
    picture = Image.linear_gradient("L").resize(size)
    return Image.merge(
        "RGB", (picture, picture.rotate(180), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    ).convert(mode)


def save(shop, name, picture, form=None, **more):
    path = shop / "media" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, form, **more)
    return path


def view(images, name):
    return images.image(Picture(file=name, alt={"en": "words"}), "en")


def drawn(images, name):
    """Return the renditions of a picture as Pillow pictures, by kind and width."""
    found = images.find(name)
    assert found is not None, images.refused
    own = {blob.digest: blob for blob in images.blobs()}
    return {(each.kind, each.width): Image.open(BytesIO(images.read(own[each.digest]))) for each in found.renditions}


def refusal(images, name):
    assert images.find(name) is None
    return images.refused[name].code
