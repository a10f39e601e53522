"""Problems that a JSON Schema finds: keys, types and allowed values."""

from generator.messages.message import Message

MESSAGES = {
    "unknown-key": Message(
        en="{key} is not a key of {thing}",
        zh="{thing}没有 {key} 这个键",
        bad="nmae: Tea house\nname: Tea house\n",
        good="name: Tea house\n",
    ),
}
