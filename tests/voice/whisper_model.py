"""A Whisper of one tiny layer with weights by chance: it makes no sense, and is loaded and asked as any."""

from pathlib import Path

SIZE, HEADS, MELS, VOCABULARY = 64, 1, 80, 51_865
SPECIAL = {
    50257: "<|endoftext|>",
    50258: "<|startoftranscript|>",
    50259: "<|en|>",
    50261: "<|de|>",
    50358: "<|translate|>",
    50359: "<|transcribe|>",
    50360: "<|startoflm|>",
    50361: "<|startofprev|>",
    50362: "<|nospeech|>",
    50363: "<|notimestamps|>",
    50364: "<|0.00|>",
}


def make_model(folder: Path) -> Path:
    """Write the model in the form of CTranslate2."""
    import numpy as np  # noqa: PLC0415 - with the extra only
    from ctranslate2.specs import whisper_spec  # noqa: PLC0415

    chance = np.random.default_rng(7)
    spec = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    spec.decoder.start_from_zero_embedding = False

    def some(*shape: int):
        return (chance.standard_normal(shape) * 0.05).astype(np.float32)

    def linear(layer, rows: int, columns: int) -> None:
        layer.weight, layer.bias = some(rows, columns), some(rows)

    def norm(layer) -> None:
        layer.gamma, layer.beta = np.ones(SIZE, np.float32), np.zeros(SIZE, np.float32)

    def attention(layer, *, own: bool) -> None:
        sizes = (3 * SIZE, SIZE) if own else (SIZE, 2 * SIZE, SIZE)
        for part, rows in zip(layer.linear, sizes, strict=True):
            linear(part, rows, SIZE)
        norm(layer.layer_norm)

    def forward(layer) -> None:
        linear(layer.linear_0, 4 * SIZE, SIZE)
        linear(layer.linear_1, SIZE, 4 * SIZE)
        norm(layer.layer_norm)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = some(SIZE, MELS, 3), some(SIZE)
    encoder.conv2.weight, encoder.conv2.bias = some(SIZE, SIZE, 3), some(SIZE)
    encoder.position_encodings.encodings = some(1500, SIZE)
    norm(encoder.layer_norm)
    attention(encoder.layer[0].self_attention, own=True)
    forward(encoder.layer[0].ffn)
    decoder.embeddings.weight = some(VOCABULARY, SIZE)
    decoder.position_encodings.encodings = some(448, SIZE)
    decoder.projection.weight = decoder.embeddings.weight
    norm(decoder.layer_norm)
    attention(decoder.layer[0].self_attention, own=True)
    attention(decoder.layer[0].attention, own=False)
    forward(decoder.layer[0].ffn)

    words = [SPECIAL.get(n, f"w{n}") for n in range(VOCABULARY)]
    spec.register_vocabulary(words)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [50257]
    spec.config.lang_ids = [50259, 50261]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    folder.mkdir()
    spec.save(str(folder))
    _tokenizer(folder, words)
    return folder


def _tokenizer(folder: Path, words: list[str]) -> None:
    from tokenizers import Tokenizer, decoders, models  # noqa: PLC0415

    vocabulary = {word: n for n, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=words[0]))
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(list(SPECIAL.values()))
    tokenizer.save(str(folder / "tokenizer.json"))
