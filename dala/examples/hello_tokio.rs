//! What the size of `hello_dala` is compared with: the same by tokio's tasks and channels alone (`scripts/hello-size.sh`).

use tokio::sync::{mpsc, oneshot};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn greets(mut questions: mpsc::UnboundedReceiver<(String, oneshot::Sender<String>)>) {
    while let Some((name, answer)) = questions.recv().await {
        // Who asked may have gone.
        let _ = answer.send(format!("hello, {name}"));
    }
}

fn main() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (questions, asked) = mpsc::unbounded_channel();
        tokio::spawn(greets(asked));
        let (answer, answered) = oneshot::channel();
        questions.send(("world".to_owned(), answer))?;
        println!("{}", answered.await?);
        Ok(())
    })
}
