"""The older style: functions are set on the binder; leap_mapping.yaml tells the wiring."""

import numpy as np
from code_loader import leap_binder
from code_loader.contract.datasetclasses import PreprocessResponse
from code_loader.contract.enums import DatasetMetadataType, LeapDataType, MetricDirection
from code_loader.contract.visualizer_classes import LeapText


def preprocess():
    leap_binder.cache_container["word_to_index"] = {"good": 1, "bad": 2}
    leap_binder.custom_tokenizer = str.split
    texts = ["good", "bad good", "bad bad", "good good good"]
    return [
        PreprocessResponse(length=2, data=texts[:2]),
        PreprocessResponse(length=2, data=texts[2:]),
    ]


def words(sample_id, preprocess):
    index = leap_binder.cache_container["word_to_index"]
    found = [index[word] for word in leap_binder.custom_tokenizer(preprocess.data[sample_id])]
    return found + [0] * (3 - len(found))  # a list: set_input takes it


def mask(sample_id, preprocess):
    return (np.array(words(sample_id, preprocess)) > 0).astype(np.float32)


def length(sample_id, preprocess):
    return [float(len(preprocess.data[sample_id].split()))]


def sentiment(sample_id, preprocess):
    good = preprocess.data[sample_id].count("good")
    return np.array([1.0, 0.0] if good == 0 else [0.0, 1.0], dtype=np.float32)


def letters(sample_id, preprocess):
    return len(preprocess.data[sample_id])


def nothing(sample_id, preprocess):
    return None


def show(tokens) -> LeapText:
    return LeapText([str(int(token)) for token in np.ravel(tokens)])


def squared(y_true, y_pred):
    return ((y_true - y_pred) ** 2).sum(axis=-1)


leap_binder.set_preprocess(preprocess)
leap_binder.set_input(words, "words")
leap_binder.set_input(mask, "mask", channel_dim=1)
leap_binder.set_input(length, "length")
leap_binder.set_ground_truth(sentiment, "sentiment")
leap_binder.set_metadata(letters, "letters")
leap_binder.set_metadata(nothing, "nothing", DatasetMetadataType.float)
leap_binder.set_visualizer(show, "show", LeapDataType.Text)
leap_binder.add_custom_loss(squared, "squared")
leap_binder.add_custom_metric(squared, "distance", direction=MetricDirection.Downward)
leap_binder.add_prediction("sentiment", ["bad", "good"])

if __name__ == "__main__":
    leap_binder.check()
