"""A model for MLServer whose scores are whole numbers over 256, so that they are the same everywhere."""
import numpy
from mlserver import MLModel
from mlserver.types import InferenceResponse, ResponseOutput

CLASSES = ["ant", "bee", "cat"]


def logits(levels):
    """Scores of pictures `[N, 3, H, W]` of levels in 0...255: `[N, 3]`, exact in float32."""
    rows = levels.reshape(len(levels), -1).astype(numpy.int64)
    places = numpy.arange(rows.shape[1])
    weights = numpy.stack([places * (index + 1) % 7 - 3 for index in range(len(CLASSES))])
    return rows @ weights.T / 256


class PixelRule(MLModel):
    async def predict(self, payload):
        given = payload.inputs[0]
        pixels = numpy.array(given.data.root, dtype=numpy.float64).reshape(given.shape)
        if self.settings.parameters.extra["is_unit"]:
            pixels = pixels * 255
        levels = numpy.rint(pixels)
        if given.shape[1] != 3:
            levels = levels.transpose(0, 3, 1, 2)
        output = self.settings.outputs[0]
        values = self.answers(logits(levels), self.settings.parameters.extra["answers"])
        shape = [len(levels)] + [abs(side) for side in output.shape[1:]]
        data = values.ravel().tolist()
        answer = ResponseOutput(name=output.name, datatype=output.datatype, shape=shape, data=data)
        return InferenceResponse(model_name=self.name, outputs=[answer])

    def answers(self, scores, form):
        if form == "probabilities":
            weights = numpy.exp(scores - scores.max(axis=1, keepdims=True))
            return weights / weights.sum(axis=1, keepdims=True)
        if form == "labels":
            return scores.argmax(axis=1)
        if form == "names":
            return numpy.array(CLASSES)[scores.argmax(axis=1)]
        return scores
