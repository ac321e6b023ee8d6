//! Questions that are answered in pieces, to their end.

use pollster::block_on;
use safr::engine::{Answer, LoadedModel, Question};
use safr::evaluate::Curves;

/// The answer, on the way to which progress never goes back.
pub(crate) fn answer(model: &LoadedModel, text: &str, question: Question) -> Answer {
    let mut inquiry = block_on(model.inquire(text, question)).unwrap();
    let mut before = 0;
    loop {
        let answer = block_on(inquiry.advance(model)).unwrap();
        let (done, of) = inquiry.progress();
        assert!(before <= done && done <= of, "{done} of {of}");
        before = done;
        if let Some(answer) = answer {
            return answer;
        }
    }
}

/// How the prediction of a text with words fares as they are deleted.
pub(crate) fn curves(model: &LoadedModel, text: &str) -> Curves {
    match answer(model, text, Question::Faithfulness) {
        Answer::Faithfulness { curves, .. } => curves,
        other => panic!("{other:?}"),
    }
}
