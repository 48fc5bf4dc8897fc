/** Python: the order of an epoch's pictures. */
import { literal } from "./python-text.js";

const shuffled = `def draws_of_epoch(pictures, epoch):
    """Each picture once, as (place, repeat), in an order that depends on the seed and the epoch alone."""
    return [(int(place), 0) for place in generator("order", epoch).permutation(len(pictures))]`;

const byPower = (power: number): string => `def draws_of_epoch(pictures, epoch):
    """As many (place, repeat) as pictures: each class in proportion to its count to the power ${literal(power)}.

    A class goes through all its pictures, in a new order each time, before one is repeated.
    """
    rng = generator("order", epoch)
    classes = {}
    for place, picture in enumerate(pictures):
        classes.setdefault(picture.label, []).append(place)
    weights = np.cumsum([len(places) ** ${literal(power)} for places in classes.values()])
    ends = np.floor(len(pictures) * weights / weights[-1] + rng.random()).astype(int)
    ends[-1] = len(pictures)
    drawn = []
    for places, count in zip(classes.values(), np.diff(ends, prepend=0)):
        for repeat in range(-(-count // len(places))):
            drawn += [(int(place), repeat) for place in rng.permutation(places)[: count - repeat * len(places)]]
    return [drawn[place] for place in rng.permutation(len(drawn))]`;

/** `draws_of_epoch`; a power of 1 or no power is not the same: shuffled pictures come once each. */
export const printSampling = (sampler: "shuffled" | { readonly power: number }): string =>
  sampler === "shuffled" ? shuffled : byPower(sampler.power);
