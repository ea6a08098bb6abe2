package socketmode

import (
	"encoding/binary"
	"net"
	"sync"
)

// RecordFrames follows the WebSocket frames that come in on a connection. The server in
// front of a [Hub] must put it around each connection.
func RecordFrames(conn net.Conn) net.Conn { return &frameRecorder{Conn: conn} }

// frameRecorder notes which messages arrive split over several WebSocket frames: the
// WebSocket library puts them together unseen, while Slack drops them
// (slack-go#1196).
type frameRecorder struct {
	net.Conn

	mu         sync.Mutex
	recording  bool
	header     []byte // of the frame being read, until complete
	skip       uint64 // bytes of payload still to come
	continued  bool   // the message being read has had more than one frame
	fragmented []bool // a verdict per complete message not yet asked for
}

// Read passes bytes on and follows the frames in them.
func (c *frameRecorder) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.recording {
		c.follow(p[:n])
	}
	return n, err
}

// start starts following frames; call it before the handshake is answered.
func (c *frameRecorder) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recording = true
}

// lastFragmented tells of the next complete message, in the order of arrival,
// whether it came in several frames.
func (c *frameRecorder) lastFragmented() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.fragmented) == 0 {
		return false
	}
	verdict := c.fragmented[0]
	c.fragmented = c.fragmented[1:]
	return verdict
}

func (c *frameRecorder) follow(p []byte) {
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
func (c *frameRecorder) frame() {
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
