use dala::cap::{Cap, File, ReadOnly};

struct Writer;

#[dala::actor]
impl Writer {
    #[message]
    async fn write(&mut self, file: Cap<File>) {
        let _ = file.write_at(0, b"text".to_vec()).await;
    }
    #[message]
    async fn look(&mut self, file: Cap<File, ReadOnly>) {
        let _ = file.write_at(0, b"text".to_vec()).await;
    }
}

async fn both(writer: WriterRef, file: Cap<File>) {
    let _ = writer.write(file).await;
    let _ = file.read_at(0, 4).await;
}

async fn more_than_there_is(writer: WriterRef, file: Cap<File, ReadOnly>) {
    let _ = writer.write(file).await;
}

fn main() {}
