"""The same in PyTorch."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters())
x, y = torch.randn(32, 4), torch.randn(32, 1)
loss = nn.functional.mse_loss(model(x), y)
loss.backward()
optimizer.step()
print(loss.item())
