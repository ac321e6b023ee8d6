// @ts-check
/**
 * What passes between the wasm module and the page when a model is fine-tuned: types only, no
 * code. Whatever is thrown is a `Problem` of `protocol.js`.
 */

/** @import { Explanation, ModelInfo } from "./protocol.js" */

/** @typedef {{[name: string]: Uint8Array}} Files files of a model directory, or whatever was in a zip, by name */

/**
 * How labelled texts are written in a file. `delimited`: csv, tsv, or lines such as `label<TAB>text`
 * (then without `header`); `json-lines`: one object per line; `prefixed`: lines of `__label__NAME text`.
 * @typedef {{kind: "delimited", delimiter: string, quotes: boolean, header: boolean}
 *   | {kind: "json-lines"}
 *   | {kind: "prefixed"}} Layout
 */

/** @typedef {{text: string, label: string}} Example */

/**
 * @typedef {object} DataChoices what a person says about their data; null means: recognise it
 * @property {string | null} encoding such as "UTF-8" or "windows-1252"
 * @property {Layout | null} layout
 * @property {string | null} text_column
 * @property {string | null} label_column
 * @property {boolean} merge_labels make one class of labels that are `alike`
 * @property {Example[]} typed examples that were typed in addition to the file
 * @property {boolean} skip_broken go on without the rows that cannot be used; until then they are a problem
 * @property {number} hold_out_share share of each class that is kept out of training, in (0, 1)
 * @property {number} hold_out_seed seed with which it is drawn
 */

/** @typedef {{name: string, texts: number, held_out: number}} ClassCount `held_out` of the `texts` */

/** @typedef {{line: number, message: string}} BrokenRow lines count from 1 */

/** @typedef {{text: string, labels: string[], lines: number[]}} Conflict one text that occurs with several labels */

/** @typedef {{word: string, count: number}} Frequency */

/**
 * @typedef {object} Coverage of the words of all usable texts, punctuation left out
 * @property {number} tokens
 * @property {number} known how many of them the model knows; the others are read as one unknown word, also after training
 * @property {number} share `known` over `tokens`
 * @property {number} unknown_words different words that the model does not know
 * @property {Frequency[]} unknown the most frequent of them
 */

/**
 * @typedef {object} DataProblem why the data cannot be trained on as they are
 * @property {"not-text" | "empty" | "no-labels" | "columns" | "broken-rows" | "no-texts" | "too-few-classes"
 *   | "too-many-classes" | "too-few-texts" | "too-many-rows" | "hold-out" | "table"} kind
 *   `columns`: choose them; `broken-rows`: confirm with `skip_broken`
 * @property {string} message one sentence
 */

/**
 * What the module makes of a file of labelled texts. Always present, with as much as is known.
 * @typedef {object} DataReport
 * @property {string | null} encoding as recognised or chosen; null if the bytes are not text
 * @property {Layout | null} layout likewise
 * @property {string[]} columns
 * @property {string | null} text_column
 * @property {string | null} label_column
 * @property {number} texts that can be used
 * @property {number} held_out of them, kept from training
 * @property {ClassCount[]} classes in the order of the model's logits
 * @property {boolean} new_head whether they differ from the model's classes, so that its head starts from scratch
 * @property {string[][]} alike groups of labels that differ only in case, blanks, invisible characters or the way a
 *   number is written; until they are merged each is a class
 * @property {number} empty rows that hold neither text nor label; they are left out
 * @property {number} missing_texts rows with only a label; they are broken
 * @property {number} missing_labels rows with only a text; they are broken
 * @property {number} broken_rows all rows that cannot be used, including the two kinds above
 * @property {BrokenRow[]} broken the first hundred of them
 * @property {number} wordless texts without a word; they are left out
 * @property {number} duplicates texts whose words occurred before with the same label; they stay, on the same side of the hold-out
 * @property {number} conflicting_texts different texts that occur with several labels; they stay
 * @property {Conflict[]} conflicts the first twenty of them
 * @property {number} longest words of the longest text
 * @property {number} read the most words of a text that the model reads
 * @property {number} cut texts that are longer; it reads their beginning
 * @property {Coverage} words
 * @property {string[]} remarks what a person should know before training on them, one sentence each
 * @property {DataProblem | null} problem null: they can be trained on
 */

/**
 * @typedef {object} TuningOptions
 * @property {boolean} embeddings train the word embeddings, too; otherwise they are frozen: head, gate and blocks learn
 * @property {number} freeze_layers how many of the first layers are frozen, and with them the embeddings
 * @property {"own" | "cross-entropy"} objective `own`: the losses that the start model was trained with, with the λ of the
 *   run; `cross-entropy`: that alone, without SAFR's losses and without a guard of the gate
 * @property {number} lambda_importance λ_imp ≥ 0
 * @property {number} lambda_interaction λ_int ≥ 0
 * @property {number} learning_rate Adam's step size, > 0
 * @property {number} batch_size texts per batch, ≥ 1
 * @property {number} epochs maximum number of epochs, ≥ 1
 * @property {number} patience training ends after this many epochs without a better held-out accuracy, ≥ 1
 * @property {number} seed of everything random, a whole number ≥ 0
 */

/**
 * @typedef {object} TuningInfo what a run is; the same after it was resumed
 * @property {string} start id of the model that it started from
 * @property {string} start_title
 * @property {string} objective in words
 * @property {TuningOptions} options
 * @property {DataChoices} data as chosen and recognised
 * @property {string[]} classes
 * @property {boolean} new_head
 * @property {number} training texts
 * @property {number} held_out texts
 * @property {number} steps per epoch
 * @property {number} parameters values that learn
 * @property {number} workers that may train at once
 * @property {EpochRecord[]} epochs those that are done
 * @property {number} step steps taken so far, over all epochs
 */

/**
 * @typedef {object} LossParts means over the texts of some steps; losses as they enter the sum, λ applied
 * @property {number} cross_entropy nats
 * @property {number} weighted_importance λ_imp·L_imp
 * @property {number} weighted_interaction λ_int·L_int
 * @property {number} gate_guard
 * @property {number} accuracy training accuracy, in [0, 1]
 */

/**
 * @typedef {object} EpochRecord
 * @property {number} epoch from 1
 * @property {number} step steps taken so far, over all epochs
 * @property {number} train_cross_entropy
 * @property {number} dev_cross_entropy on the held-out texts
 * @property {number} weighted_importance
 * @property {number} weighted_interaction
 * @property {number} gate_guard
 * @property {number} train_accuracy
 * @property {number} dev_accuracy on the held-out texts
 * @property {number} word_keep mean keep probability of the held-out words
 * @property {number | null} pad_keep
 * @property {number} embedding_norm mean norm of the gated embeddings
 * @property {number} attention_entropy in [0, 1]
 * @property {number} seconds
 */

/**
 * A 95 % interval: for an accuracy or a recall, Wilson's score interval; for everything else, and for differences, what
 * contains 95 % of bootstrap resamples of the held-out texts.
 * @typedef {{low: number, high: number}} Interval
 */

/** @typedef {{value: number, interval: Interval | null}} Estimate */

/**
 * @typedef {object} MeasureChange one measure before and after; null where it is not defined
 * @property {"prediction" | "redistribution" | "collapse"} section
 * @property {string} name `accuracy`, `majority_accuracy`, `macro_f1`, `negative_log_likelihood`, `calibration_error`,
 *   `recall/CLASS`; of the redistribution score `score`, `mono` and `poly`, each `/neurons` or `/embeddings`, by `/own` or `/reference` (the start model's)
 *   choice of words, `/kept` or `/top`, such as `score/neurons/reference/kept`; `word_keep` and the like
 * @property {Estimate | null} before of the start model; null for all of `prediction` where the head is new
 * @property {Estimate | null} after
 * @property {Estimate | null} difference after minus before, text by text (paired)
 */

/**
 * @typedef {object} ChangedExample a held-out text whose predicted class changed
 * @property {number} line in the data
 * @property {string} text
 * @property {string} label
 * @property {string} before the start model's class
 * @property {string} after
 */

/**
 * @typedef {object} WrongExample a held-out text whose class the tuned model gets wrong
 * @property {number} line in the data
 * @property {string} text
 * @property {string} label
 * @property {string} predicted
 * @property {number} probability that the tuned model gives the predicted class
 */

/**
 * @typedef {object} ClassScores of the tuned model, each in [0, 1]; null if no text defines it
 * @property {string} name
 * @property {number} texts held out
 * @property {number | null} precision
 * @property {number | null} recall
 * @property {number | null} f1
 */

/** @typedef {number[][]} Confusion texts by true class (rows) and predicted class (columns) */

/**
 * @typedef {object} TuningResult on the held-out texts, with the best weights
 * @property {number} texts
 * @property {string[]} classes
 * @property {number | null} epoch of the weights; null if the run was stopped within its first
 * @property {string} majority the commonest class of these texts
 * @property {number} chance accuracy of guessing, each class as often as any other
 * @property {MeasureChange[]} measures accuracy first
 * @property {ClassScores[]} scores
 * @property {number} resamples of the bootstrap
 * @property {Confusion | null} confusion_before null where the head is new
 * @property {Confusion} confusion_after
 * @property {number} changed_texts whose predicted class changed; 0 where the head is new
 * @property {ChangedExample[]} changed the first hundred of them, in the order of the data
 * @property {number} wrong_texts whose class the tuned model gets wrong
 * @property {WrongExample[]} wrong the hundred of them of which it is surest
 */

/**
 * Why a run is over. `not-finite`: a loss is no longer a number; `diverged`: it is far beyond that of guessing. In both
 * cases the result is that of the last good weights.
 * @typedef {"all-epochs" | "patience" | "stopped" | "not-finite" | "diverged"} Ending
 */

/**
 * `progress`: some steps are done; `measuring`: going through the held-out texts, after an epoch or for the result;
 * `epoch`: one is done, time for a checkpoint; `finished`: the last event.
 * @typedef {({kind: "progress", epoch: number, step: number, steps: number, total_step: number,
 *     examples_per_second: number, seconds_left: number} & LossParts)
 *   | {kind: "measuring", what: "epoch" | "result", texts: number, of: number}
 *   | ({kind: "epoch", best: boolean} & EpochRecord)
 *   | {kind: "finished", ending: Ending, message: string, result: TuningResult | null}} TuningEvent
 *   `step` of the epoch's `steps`, from 1; `seconds_left` if no patience ends it before; `result` null if the loss
 *   was no number any more, or diverged, before there were any good weights
 */

/**
 * What `Session` has in addition (see `worker.js` for the rest). One call at a time: await each before the next.
 * @typedef {object} TuningSession
 * @property {(model: string, data: Uint8Array, choices: DataChoices) => DataReport} examine what a file holds, for a loaded model
 * @property {(model: string) => TuningOptions} tuning_options defaults for a loaded model
 * @property {() => DataChoices} data_choices defaults
 * @property {(model: string, data: Uint8Array, choices: DataChoices, options: TuningOptions) => Tuning} tune
 *   prepares a run; throws (`kind` "data" or "options") if something cannot be used
 * @property {(checkpoint: Uint8Array) => Tuning} resume (`kind` "checkpoint" if it cannot be used) resumes a run on this engine's device; its start model need not be loaded
 * @property {(checkpoint: Uint8Array) => Helper} helper (`kind` "checkpoint" if it cannot be used) who helps the run that this was taken of
 */

/** @typedef {{work: string, values: Float32Array<ArrayBuffer>}} Task some of the work of a step of a run */

/**
 * A copy of the model of a run. One call at a time.
 * @typedef {object} Helper
 * @property {(work: string, values: Float32Array) => Promise<Float32Array<ArrayBuffer>>} answer the gradients that a task asks for
 */

/**
 * A run. One call at a time: await each before the next; other calls of the engine may come between.
 * @typedef {object} Tuning
 * @property {TuningInfo} info
 * @property {(milliseconds: number) => Promise<TuningEvent[]>} advance continues for about this long, at least one batch; after
 *   `finished` there is nothing more. To pause, stop calling it. After a throw the run is over: resume a checkpoint
 * @property {() => {bytes: Uint8Array, report: DataReport}} data that it was started with, as their file has them
 * @property {(team: import("./tuning/team.js").Team) => void} employ lets others help; what comes of the run does not depend on it
 * @property {() => void} stop trains no more; `advance` then measures the result
 * @property {(text: string) => Promise<Explanation>} explain with the weights as they are now; once finished, with the best.
 *   Does not change the run
 * @property {(text: string) => Promise<Explanation>} explain_start with the start model
 * @property {(form: string) => string} export the curves so far as `svg`, `csv` or `json`
 * @property {() => Promise<Uint8Array>} checkpoint all that `resume` needs, at any time before `finished`
 * @property {(id: string, title: string) => Promise<Files>} files once finished: a model directory, for `Session.load` and to keep
 * @property {() => void} free
 */

/**
 * Functions of the module besides its classes.
 * @typedef {object} TuningModule
 * @property {(files: Files) => Uint8Array} zip a model directory as one file
 * @property {(zip: Uint8Array, title: string) => Files} unzip the model directory in a zip, whether in a folder or not; one is made
 *   of a Hugging Face model, under `title`
 * @property {(files: Files, title: string) => Files} take_in these files or, made of those of a Hugging Face model, a model directory's
 * @property {(files: Files, id: string, title: string) => Files} entitle the same model under another id and title
 * @property {(files: Files) => ModelInfo} describe what a model's files say about it, checked; `id` is the card's
 */

export {};
