package sandbox

import (
	"encoding/binary"
	"net"
	"sync"
)

// tapListener hands out connections whose incoming WebSocket frames are watched.
type tapListener struct{ net.Listener }

func (l tapListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tapConn{Conn: conn}, nil
}

// tapConn notes which messages arrive split over several WebSocket frames: the
// WebSocket library puts them together unseen, while Slack drops them
// (slack-go#1196).
type tapConn struct {
	net.Conn

	mu         sync.Mutex
	watching   bool
	header     []byte // of the frame being read, until complete
	skip       uint64 // bytes of payload still to come
	continued  bool   // the message being read has had more than one frame
	fragmented []bool // a verdict per complete message not yet asked for
}

// Read passes bytes on and follows the frames in them.
func (c *tapConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watching {
		c.follow(p[:n])
	}
	return n, err
}

// watch starts following frames; call it before the handshake is answered.
func (c *tapConn) watch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watching = true
}

// lastFragmented tells of the next complete message, in the order of arrival,
// whether it came in several frames.
func (c *tapConn) lastFragmented() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.fragmented) == 0 {
		return false
	}
	verdict := c.fragmented[0]
	c.fragmented = c.fragmented[1:]
	return verdict
}

func (c *tapConn) follow(p []byte) {
	for len(p) > 0 {
		if c.skip > 0 {
			n := min(c.skip, uint64(len(p)))
			c.skip -= n
			p = p[n:]
			continue
		}
		c.header = append(c.header, p[0])
		p = p[1:]
		if len(c.header) >= 2 && len(c.header) == headerLength(c.header[1]) {
			c.frame()
		}
	}
}

// headerLength gives the length of a frame's header from its second byte
// (RFC 6455, 5.2).
func headerLength(second byte) int {
	length := 2
	switch second & 0x7f {
	case 126:
		length += 2
	case 127:
		length += 8
	}
	if second&0x80 != 0 {
		length += 4
	}
	return length
}

// frame takes in a complete header.
func (c *tapConn) frame() {
	final, opcode := c.header[0]&0x80 != 0, c.header[0]&0x0f
	switch c.header[1] & 0x7f {
	case 126:
		c.skip = uint64(binary.BigEndian.Uint16(c.header[2:]))
	case 127:
		c.skip = binary.BigEndian.Uint64(c.header[2:])
	default:
		c.skip = uint64(c.header[1] & 0x7f)
	}
	c.header = c.header[:0]
	if opcode >= 8 { // control frames may stand between fragments
		return
	}
	if !final {
		c.continued = true
		return
	}
	c.fragmented = append(c.fragmented, c.continued)
	c.continued = false
}
