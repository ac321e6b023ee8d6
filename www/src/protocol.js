// @ts-check
/**
 * The messages between the page and its worker, and the shapes that come out
 * of the wasm module: types only, no code.
 */

/** @import { Files, TuningEvent } from "./tuning-protocol.js" */
/** @import { Calls } from "./worker.js" */

/** @typedef {{rows: number, cols: number, values: Float32Array}} Matrix row-major */

/** @typedef {{at: number, read: number, total: number}} Cut UTF-16 offset of the unread rest; words read; words in the text */

/** @typedef {{classes: string[], probabilities: number[], predicted: number}} Prediction */

/**
 * @typedef {object} Word
 * @property {string} text the slice of the text, as the module saw it
 * @property {number} start UTF-16 offset of the first unit
 * @property {number} end UTF-16 offset after the last unit
 * @property {number} id vocabulary id
 * @property {boolean} known whether the vocabulary holds the word
 * @property {number} keep gate's keep probability, in (0, 1)
 * @property {number} neurons N_i, the fractional number of neurons owned
 * @property {number} owned neurons whose largest owner the word is
 * @property {number} decides the fraction, in [0, 1], of all that the neurons say which its shares hold
 * @property {number} evidence e_i, what the neurons say at its place towards the predicted class, as `Margin`
 * @property {number} contribution c_i, what it brings to all places towards the predicted class, as `Margin`
 * @property {number} capacity C_i on the neurons, in [0, 1]
 * @property {number} evidence_capacity C_i on the neurons by what they vote for, in [0, 1]
 * @property {number} embedding_capacity C_i on the gated embeddings, in [0, 1]
 * @property {number} attention_received mean weight on this word over heads and queries
 * @property {Piece[]} [pieces] those that spell it; missing if it is read as a whole
 */

/**
 * @typedef {object} Piece of a word, with its part in the word's measures
 * @property {string} text
 * @property {number} start UTF-16 offset of the first unit
 * @property {number} end UTF-16 offset after the last unit
 * @property {number} id vocabulary id
 * @property {number} keep
 * @property {number} neurons
 * @property {number} evidence
 * @property {number} contribution
 */

/**
 * @typedef {object} Margin of the predicted class: with two classes its log-odds, with more its centred logit; `words`,
 * `bias`, `positions` and `padding` add up to `total`, and so do `neurons`, `head_bias` and `past`
 * @property {number} class index of the predicted class
 * @property {number} total
 * @property {number} words
 * @property {number} bias
 * @property {number} positions
 * @property {number} padding
 * @property {number} neurons what the neurons say, at all places
 * @property {number} padding_places the part of it that they say at padding's places
 * @property {number} head_bias
 * @property {number} past what is said past the neurons
 */

/**
 * @typedef {object} Evidence what the centred logits are made of, K values each
 * @property {string[]} classes
 * @property {number[]} logits
 * @property {number[]} bias
 * @property {number[]} positions
 * @property {number[]} padding
 * @property {number[][]} contributions by word
 * @property {number[][]} words what the neurons say at each word's place
 * @property {number[]} padding_places
 * @property {number[]} past
 * @property {number[]} head_bias
 * @property {Margin} margin the same for the predicted class
 */

/** @typedef {{title: string, amount: number, says: string}} Part of a margin that belongs to no word, its name and what it does */

/**
 * @typedef {object} Sentences what an explanation says in words
 * @property {string[]} words what each word does, without its name and a full stop
 * @property {string[]} places what the neurons say at each word's place, and who brings it there
 * @property {Part[]} parts what has a part in the prediction besides the words
 * @property {string | null | undefined} sum what all add up to
 * @property {string[]} remarks
 * @property {(string | null)[]} facts who uses the neurons that each word leads, if it leads any
 * @property {number | null} foremost the word that contributes most
 * @property {string | null | undefined} doubt why the prediction says little, if it does
 */

/**
 * What is taken home of an explanation.
 * @typedef {object} Wanted
 * @property {string} chart `explanation` for all of them, or one by its name
 * @property {string} form `svg`, `csv` or `json`
 * @property {{title: string, date: string, address: string}} origin the model's title, the day, and the address of the view
 * @property {Curves | null} faithfulness how the prediction fares as words are deleted, if that was measured
 */

/** @typedef {{probability: number, says: string}} Deletion what the predicted class is left with without a word, also in words */

/**
 * @typedef {object} Allocation
 * @property {number} width neurons of the layer, active or not
 * @property {number[]} neurons indices of the active neurons, grouped by owner in word order
 * @property {number[]} owner largest owner of each active neuron, an index into the words
 * @property {number[]} polysemanticity effective number of words of each active neuron
 * @property {Matrix} shares words × active neurons; every column sums to 1
 * @property {Matrix} evidence words × active neurons: what each says there towards the predicted class, as `Margin`
 * @property {number[]} votes class that each active neuron votes for
 * @property {number[]} said what each active neuron says at all words towards the predicted class, as `Margin`
 */

/**
 * What a change did: parts of the model switched off, or another text. All amounts are towards the class predicted before.
 * @typedef {object} Change
 * @property {number} class its index
 * @property {[number, number]} probabilities its probability before and after
 * @property {[number, number]} margins its margin before and after
 * @property {number} gain by how much the margin changes
 * @property {number} rest the part of that which is of no word
 * @property {{text: string, before: number | null, after: number | null, contributions: [number, number], gain: number, said: number}[]} words
 *   of both texts: their numbers before and after, and what they contribute
 * @property {number | null} own by how much what the neurons say changes at the places of the words concerned
 * @property {number} others the same at all other places
 * @property {string} says
 */

/**
 * @typedef {object} Interaction
 * @property {Matrix} sharing S_ik
 * @property {Matrix} shared how many neurons that is
 * @property {Matrix} faded S_ik as it is drawn: faded where a word owns less than one neuron
 * @property {Matrix} evidence_sharing the same with each neuron weighted by its share of all that is said
 * @property {Matrix} contribution what the column's word brings to the row's place towards the predicted class, as `Margin`
 * @property {Matrix} cosine cosine of two words' neurons
 * @property {Matrix} attention mean over heads; rows are queries
 */

/**
 * @typedef {object} LayerOutline how the words take the neurons of one layer
 * @property {number} active active neurons
 * @property {number} polysemanticity effective number of words per active neuron, on average
 * @property {number | null} [sharing] the part of their neurons that two words share, on average, in [0, 1]; none of fewer than two words
 */

/**
 * @typedef {object} Explanation
 * @property {number} version
 * @property {string} model
 * @property {string} text
 * @property {Cut | null | undefined} cut
 * @property {Prediction | null | undefined} prediction
 * @property {number} known share of the words that the vocabulary knows, punctuation not counted, in [0, 1]
 * @property {Word[]} words
 * @property {number} layer number, from 0, of the one whose neurons are shown
 * @property {LayerOutline[]} [layers] each, first to last; missing if there is one
 * @property {Evidence | null | undefined} evidence
 * @property {Sentences} sentences
 * @property {Change | null} [change] compared with what it was asked to be
 * @property {Allocation} allocation
 * @property {Interaction} interaction
 */

/** @typedef {"flex" | "ndarray" | "webgpu"} Backend */

/** @typedef {{kind: string, message: string, hint: string}} Problem an error in plain words, with what to do next */

/** @typedef {{backend: string, adapter?: string | null}} Device */

/** @typedef {{id: string, title: string, card: object, max_words: number, heads: number, classes: string[]}} ModelInfo */

/** @typedef {"flip-neurons" | "flip-words" | "faithfulness" | "examples"} Question what takes many passes to answer */

/** @typedef {{kind: "examples", neurons: {line: number, start: number, end: number, activation: number}[][]}} Examples of each neuron, the lines in which it fires most, and where */

/**
 * What changes the predicted class.
 * @typedef {object} Flip
 * @property {"flip"} kind
 * @property {number[] | null} found numbers of neurons or words
 * @property {boolean} exact whether no smaller set does
 * @property {string} says
 */

/** @typedef {"contribution" | "keep" | "random"} Ranking */

/** @typedef {{ranking: Ranking, probabilities: number[]}} OrderCurve */

/**
 * What becomes of the predicted class's probability as words are deleted.
 * @typedef {object} Curves
 * @property {number} class
 * @property {number[]} gone numbers of words
 * @property {OrderCurve[]} orders
 * @property {{ranking: Ranking, probabilities: number[], comprehensiveness: number, sufficiency: number}[]} measures means over the orders of a ranking
 * @property {number | null} knockout_error
 */

/** @typedef {Curves & {kind: "faithfulness", says: string}} Faithfulness */

/** @typedef {Flip | Faithfulness | Examples | {kind: "no-words"}} Answer */

/** @typedef {{done: number, of: number, answer: Answer | null}} Progress */

/**
 * @typedef {object} BriefCard
 * @property {number} neuron
 * @property {number | null} vote class that it votes for
 * @property {number} fires share of the words at which it does
 * @property {number} words effective number of those
 * @property {[string, number][]} top words with the largest shares of it
 * @property {[string, number][]} strongest words at which it fires most strongly
 * @property {[number, number] | null} selective the class whose texts make it fire most, and its selectivity
 * @property {number} size mean change of the prediction without it
 * @property {number} fall mean fall of the predicted class's probability where it fires
 * @property {number} flips texts that change class
 */

/** @typedef {{version: number, texts: number, words: number, dead: number, neurons: BriefCard[]}} NeuronCards over a data set */

/** @typedef {{backend: Backend, agrees: boolean, difference: number, milliseconds: number}} Measured */

/** @typedef {{backend: Backend, reason: string}} Choice */

/**
 * @typedef {object} AdapterFacts what the browser says about its WebGPU adapter
 * @property {boolean} fallback
 * @property {string[]} features
 * @property {string} vendor
 * @property {string} architecture
 * @property {string} description
 * @property {{maxStorageBuffersPerShaderStage: number, maxComputeWorkgroupStorageSize: number,
 *   maxComputeInvocationsPerWorkgroup: number}} limits
 */

/** @typedef {{js: string, wasm: string, bytes: number, content?: Uint8Array<ArrayBuffer>}} ModuleAsset `bytes` is the size of the wasm file, `content` what it holds if it came with the page */

/**
 * A model: either the sizes of its `files` and the `folder` that they are fetched from, or, for one of the user's own
 * models, the `content` itself. `cards`: bytes of the cards of its neurons, fetched when first wanted. `beside`: id of the model that it is compared with unless another is chosen.
 * `large`: bytes of its files, if they are so many that people are told before they fetch it.
 * @typedef {{id: string, title: string, folder: string, files: {[name: string]: number}, large?: number | null, cards?: number | null, content?: Files, beside?: string | null}} ModelAsset
 */

/**
 * @typedef {object} Assets paths relative to index.html, sizes in bytes
 * @property {string} worker
 * @property {{cpu: ModuleAsset, full?: ModuleAsset}} modules `full` is not there while it is being built
 * @property {ModelAsset[]} models in order of need
 * @property {boolean} [single] whether the page is one file, which holds them all
 */

/** @typedef {{request: number, name: keyof Calls, args: any[]}} ToWorker a call of this number; addresses are absolute */

/**
 * @typedef {{type: "progress", label: string, loaded: number, total: number}
 *   | {type: "answered", request: number, value: any}
 *   | {type: "failed", request: number, error: Problem}
 *   | {type: "trained", events: TuningEvent[]}
 *   | {type: "checkpoint", checkpoint: Blob}
 *   | {type: "broke", error: Problem}
 *   | {type: "panicked", message: string}} FromWorker `broke`: the run that trained
 */

export {};
