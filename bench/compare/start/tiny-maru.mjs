/** A process that trains one step of a tiny network and ends. */
import { mseLoss, normal } from 'maru'
import { Linear, Sequential, Tanh } from 'maru/nn'
import { Adam } from 'maru/optim'

const model = new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 1))
const optimizer = new Adam(model.parameters())
const [x, y] = [normal([32, 4]), normal([32, 1])]
const loss = mseLoss(model.call(x), y)
await optimizer.step(loss)
console.log(await loss.item())
