"""The digits data, the float network and its training. Deterministic: fixed seeds, one thread."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

HELD_OUT = 360
SPLIT_SEED = 20240501
TRAIN_SEED = 7
EPOCHS = 60


def load():
    """((train images, labels), (held-out images, labels)); images float32 [N,1,8,8] in 0..1 (steps of 1/16)."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None, :, :]
    labels = digits.target.astype(np.int64)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(labels))
    held_out, train = np.sort(order[:HELD_OUT]), np.sort(order[HELD_OUT:])
    return (images[train], labels[train]), (images[held_out], labels[held_out])


class Network(nn.Module):
    """conv1, conv2, pool1, a residual block (conv3, conv4, skip), pool2, fc1 (as a 2x2 convolution), fc2.

    forward() keeps every tensor that gets a scale of its own in `self.seen`, for the calibration.
    """

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 32, 3, padding=1)
        self.conv4 = nn.Conv2d(32, 32, 3, padding=1)
        self.fc1 = nn.Conv2d(32, 64, 2)
        self.fc2 = nn.Linear(64, 10, bias=False)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.2)
        self.seen = {}

    def forward(self, image):
        seen = {"image": image}
        seen["relu1"] = torch.relu(self.conv1(image))
        seen["relu2"] = torch.relu(self.conv2(seen["relu1"]))
        skip = self.pool(seen["relu2"])
        seen["relu3"] = torch.relu(self.conv3(skip))
        seen["conv4"] = self.conv4(seen["relu3"])
        seen["relu4"] = torch.relu(seen["conv4"] + skip)
        seen["relu5"] = torch.relu(self.fc1(self.pool(seen["relu4"])))
        seen["logits"] = self.fc2(self.dropout(seen["relu5"].flatten(1)))
        self.seen = seen
        return seen["logits"]


def shifted(images, rng):
    """Each image moved by at most one pixel in each direction: what keeps so small a training set from overfitting."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = np.empty_like(images)
    for index, (y, x) in enumerate(rng.randint(0, 3, size=(len(images), 2))):
        moved[index] = padded[index, :, y:y + 8, x:x + 8]
    return moved


def train(images, labels):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(TRAIN_SEED)
    rng = np.random.RandomState(TRAIN_SEED)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    batch = 64
    steps = (len(labels) + batch - 1) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, epochs=EPOCHS, steps_per_epoch=steps)
    network.train()
    for _ in range(EPOCHS):
        order = rng.permutation(len(labels))
        moved = shifted(images, rng)
        for start in range(0, len(labels), batch):
            chosen = order[start:start + batch]
            loss = nn.functional.cross_entropy(network(torch.from_numpy(moved[chosen])),
                                               torch.from_numpy(labels[chosen]), label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    network.eval()
    return network


def calibrate(network, images):
    """Largest magnitude of every tensor with a scale of its own, over the training images: {name: float}."""
    with torch.no_grad():
        network(torch.from_numpy(images))
    return {name: float(tensor.abs().max()) for name, tensor in network.seen.items()}
