//! Sockets, for async handlers.

use super::error::CapError;
use super::held::{Cap, InUse};
use super::rights::{ReadWrite, Rights};
use std::io;
use std::net::SocketAddr;
use tokio::net::ToSocketAddrs;

/// A TCP connection.
#[derive(Debug)]
pub struct TcpStream(tokio::net::TcpStream);

/// A TCP port that connections come in at.
#[derive(Debug)]
pub struct TcpListener(tokio::net::TcpListener);

/// A UDP socket.
#[derive(Debug)]
pub struct UdpSocket(tokio::net::UdpSocket);

macro_rules! sockets {
    ($($socket:ident),*) => {$(
        impl $socket {
            /// The socket of tokio.
            pub fn as_tokio(&self) -> &tokio::net::$socket {
                &self.0
            }
        }

        impl From<tokio::net::$socket> for $socket {
            fn from(socket: tokio::net::$socket) -> $socket {
                $socket(socket)
            }
        }

        impl<R: Rights> Cap<$socket, R> {
            /// The address of this side.
            ///
            /// # Errors
            /// [`CapError`].
            pub fn local_addr(&self) -> Result<SocketAddr, CapError> {
                Ok(self.begin()?.0.local_addr()?)
            }
        }
    )*};
}

sockets!(TcpStream, TcpListener, UdpSocket);

impl TcpStream {
    /// Connects to an address.
    ///
    /// # Errors
    /// As the operating system says.
    pub async fn connect(to: impl ToSocketAddrs) -> io::Result<TcpStream> {
        tokio::net::TcpStream::connect(to).await.map(TcpStream)
    }
}

impl TcpListener {
    /// Listens at an address; port 0 lets the operating system choose.
    ///
    /// # Errors
    /// As the operating system says.
    pub async fn bind(to: impl ToSocketAddrs) -> io::Result<TcpListener> {
        tokio::net::TcpListener::bind(to).await.map(TcpListener)
    }
}

impl UdpSocket {
    /// A socket at an address; port 0 lets the operating system choose.
    ///
    /// # Errors
    /// As the operating system says.
    pub async fn bind(to: impl ToSocketAddrs) -> io::Result<UdpSocket> {
        tokio::net::UdpSocket::bind(to).await.map(UdpSocket)
    }
}

/// Whether a socket only seemed to be ready.
fn is_not_ready(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

impl<R: Rights> Cap<TcpStream, R> {
    /// Waits for bytes and reads them into `buffer`, as many as it or the capability's limit holds. Returns how many;
    /// none when the other side is done, or the buffer empty.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn read(&self, buffer: &mut [u8]) -> Result<usize, CapError> {
        let stream: InUse<TcpStream> = self.begin()?;
        let mut reserved = self.take_bytes(buffer.len())?;
        let len = reserved.len();
        loop {
            self.unless_revoked(stream.0.readable()).await??;
            match stream.0.try_read(&mut buffer[..len]) {
                Ok(read) => {
                    reserved.moved(read);
                    return Ok(read);
                }
                Err(error) if is_not_ready(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The address of the other side.
    ///
    /// # Errors
    /// [`CapError`].
    pub fn peer_addr(&self) -> Result<SocketAddr, CapError> {
        Ok(self.begin()?.0.peer_addr()?)
    }
}

impl Cap<TcpStream, ReadWrite> {
    /// Writes all of `bytes`; waits when the connection is full.
    ///
    /// # Errors
    /// [`CapError`]; some of the bytes may have been written.
    pub async fn write_all(&self, bytes: &[u8]) -> Result<(), CapError> {
        let stream = self.begin()?;
        let mut reserved = self.take_all_bytes(bytes.len())?;
        let mut rest = bytes;
        while !rest.is_empty() {
            self.unless_revoked(stream.0.writable()).await??;
            match stream.0.try_write(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => {
                    reserved.moved(written);
                    rest = &rest[written..];
                }
                Err(error) if is_not_ready(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl<R: Rights> Cap<TcpListener, R> {
    /// Waits for a connection. It has a capability of its own, with all rights, that outlives the listener's.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn accept(&self) -> Result<(Cap<TcpStream>, SocketAddr), CapError> {
        let listener = self.begin()?;
        let (stream, peer) = self.unless_revoked(listener.0.accept()).await??;
        Ok((Cap::new(TcpStream(stream)), peer))
    }
}

impl<R: Rights> Cap<UdpSocket, R> {
    /// Waits for a datagram. What does not fit in `buffer`, or in what is left of the capability's bytes, is lost.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn recv_from(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), CapError> {
        let socket = self.begin()?;
        let mut reserved = self.take_bytes(buffer.len())?;
        let len = reserved.len();
        loop {
            self.unless_revoked(socket.0.readable()).await??;
            match socket.0.try_recv_from(&mut buffer[..len]) {
                Ok((received, from)) => {
                    reserved.moved(received);
                    return Ok((received, from));
                }
                Err(error) if is_not_ready(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Cap<UdpSocket, ReadWrite> {
    /// Sends a datagram.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<(), CapError> {
        let socket = self.begin()?;
        let mut reserved = self.take_all_bytes(bytes.len())?;
        loop {
            self.unless_revoked(socket.0.writable()).await??;
            match socket.0.try_send_to(bytes, to) {
                Ok(sent) => {
                    reserved.moved(sent);
                    return Ok(());
                }
                Err(error) if is_not_ready(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
