package socketmode

import (
	"errors"
	"fmt"
	"io"
	"time"

	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"

	"github.com/gorilla/websocket"
)

type object = jsonmap.Object

// Conn is one Socket Mode connection. Fields are guarded by the workspace's lock.
type Conn struct {
	hub    *Hub
	number int
	ws     *websocket.Conn
	frames *frameRecorder
	out    chan outFrame
	gone   chan struct{} // closed when the reader has ended

	state
}

type state struct {
	leaving  bool // gets no more envelopes
	told     bool // has been told to disconnect
	muted    bool
	halfOpen bool
	ended    bool // counts no longer
	pinged   int  // pings sent and not yet answered
}

type outFrame struct {
	kind int // websocket.TextMessage, PingMessage or CloseMessage
	data []byte
}

// Number tells connections apart: they count up from 1.
func (c *Conn) Number() int { return c.number }

// Write queues a text frame. Call it with the lock held.
func (c *Conn) Write(frame []byte) { c.queue(outFrame{websocket.TextMessage, frame}) }

func (c *Conn) queue(f outFrame) {
	if c.mute() {
		return
	}
	select {
	case c.out <- f:
	default: // a client that reads nothing loses what comes
	}
}

// drop cuts the TCP connection. Call it with the lock held.
func (c *Conn) drop() {
	c.ended = true
	_ = c.ws.Close()
}

// finish starts the close handshake. Call it with the lock held.
func (c *Conn) finish() {
	c.ended = true
	c.queue(outFrame{websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")})
	c.hub.mu.Notify()
}

// Healthy tells whether the app has no excuse for not acknowledging. Call it with the lock
// held.
func (c *Conn) Healthy() bool { return !c.mute() && !c.told && !c.leaving && !c.ended }

func (c *Conn) mute() bool { return c.muted || c.halfOpen }

func disconnectFrame(reason string, number int) []byte {
	return jsonmap.Encode(object{"type": "disconnect", "reason": reason,
		"debug_info": object{"host": fmt.Sprintf("applink-%d", number)}})
}

func (h *Hub) helloFrame(number, connections int, debug bool) []byte {
	seconds := 18060
	if debug { // debug_reconnects=true asks for short connections
		seconds = 360
	}
	return jsonmap.Encode(object{"type": "hello", "num_connections": connections,
		"debug_info": object{"host": fmt.Sprintf("applink-%d", number), "build_number": 10,
			"approximate_connection_time": seconds},
		"connection_info": object{"app_id": h.cfg.AppID}})
}

// writeFrames is the only writer of the connection; it pings as well.
func (c *Conn) writeFrames() {
	ping := time.NewTicker(c.hub.cfg.Ping)
	defer ping.Stop()
	for {
		select {
		case f := <-c.out:
			_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
			if f.kind == websocket.CloseMessage && !c.hub.cfg.KeepTCP {
				_ = c.ws.SetReadDeadline(time.Now().Add(time.Second))
			}
			_ = c.ws.WriteMessage(f.kind, f.data)
		case <-ping.C:
			c.ping()
		case <-c.gone:
			return
		}
	}
}

// ping sends Slack's ping, which wants its payload back.
func (c *Conn) ping() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if c.ended || c.mute() {
		return
	}
	if c.pinged >= 2 {
		c.hub.report.Breach(rule.Ping, "socket %d left two pings unanswered", c.number)
		c.pinged = 0
	}
	c.pinged++
	c.queue(outFrame{websocket.PingMessage, fmt.Appendf(nil, "Ping from applink-%d", c.number)})
}

// read takes in frames until the connection ends, however it ends.
func (c *Conn) read() {
	c.ws.SetPongHandler(c.pong)
	c.ws.SetPingHandler(c.answerPing)
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			c.linger(err)
			break
		}
		c.receive(kind, frame, c.frames.lastFragmented())
	}
	c.hub.remove(c)
}

func (c *Conn) receive(kind int, frame []byte, fragmented bool) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if !c.mute() {
		c.hub.cfg.Receive(c, kind, frame, fragmented)
	}
}

// linger keeps TCP open after the close handshake where the sandbox is told to:
// Slack has been seen not to close it (@slack/socket-mode 3.2.0).
func (c *Conn) linger(err error) {
	var closed *websocket.CloseError
	if !c.hub.cfg.KeepTCP || !errors.As(err, &closed) || closed.Code == websocket.CloseAbnormalClosure {
		return
	}
	c.hub.mu.Lock()
	c.ended = true
	c.hub.mu.Notify()
	c.hub.mu.Unlock()
	_, _ = io.Copy(io.Discard, c.ws.NetConn())
}

func (c *Conn) pong(data string) error {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if want := fmt.Sprintf("Ping from applink-%d", c.number); data == want {
		c.pinged = 0
	}
	return nil
}

func (c *Conn) answerPing(data string) error {
	c.hub.mu.Lock()
	quiet := c.mute()
	c.hub.mu.Unlock()
	if quiet {
		return nil
	}
	_ = c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	return nil
}
