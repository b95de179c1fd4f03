//! What a capability lets its holder do: types, so that doing more does not compile.

/// A set of rights: [`ReadWrite`] or [`ReadOnly`].
pub trait Rights: Sealed + Send + Sync + 'static {}

#[expect(unnameable_types, reason = "nobody else may name a set of rights")]
pub trait Sealed {}

/// All that the resource can do.
#[derive(Clone, Copy, Debug)]
pub struct ReadWrite(());

/// Only what leaves the resource as it is.
///
/// ```compile_fail,E0599
/// # async fn write(file: dala::cap::Cap<dala::cap::File, dala::cap::ReadOnly>) {
/// file.write_at(0, b"not allowed".to_vec()).await;
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ReadOnly(());

impl Sealed for ReadWrite {}
impl Sealed for ReadOnly {}
impl Rights for ReadWrite {}
impl Rights for ReadOnly {}

/// A resource of yours of which a [`ReadOnly`] capability shows something.
///
/// ```
/// use dala::cap::{Cap, CapError, ReadView};
/// use std::sync::Mutex;
///
/// /// A sensor that can be set up, and read.
/// struct Sensor { scale: Mutex<f64> }
///
/// impl ReadView for Sensor {
///     type View<'a> = f64;
///     fn read_view(&self) -> f64 { 0.5 * *self.scale.lock().unwrap() }
/// }
///
/// let sensor = Cap::new(Sensor { scale: Mutex::new(1.0) });
/// *sensor.get()?.scale.lock().unwrap() = 4.0;
/// assert_eq!(sensor.read_only().view(|reading| reading)?, 2.0);
/// # Ok::<(), CapError>(())
/// ```
pub trait ReadView {
    /// What a reader sees. It must not let it change the resource.
    type View<'a>
    where
        Self: 'a;

    /// The resource as a reader sees it.
    fn read_view(&self) -> Self::View<'_>;
}
