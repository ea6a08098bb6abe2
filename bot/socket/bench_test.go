package socket_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"azeer-slack/bot/socket"

	"github.com/gorilla/websocket"
)

// BenchmarkAck compares an envelope's way to the handler and its acknowledgement's way back
// with the same bytes echoed over a bare WebSocket on the same loopback.
func BenchmarkAck(b *testing.B) {
	const sent = `{"type":"slash_commands","envelope_id":"0c7a1f0e-1111-4222-8333-444455556666","payload":{"command":"/assign","text":"0544444444 omar@twerlo.com","user_id":"U1","channel_id":"C1"},"accepts_response_payload":true}`

	b.Run("client", func(b *testing.B) {
		s := newSlack(b)
		c := &bot{t: b}
		cfg := briskly()
		c.run(s, cfg, func(ctx context.Context, e *socket.Envelope) {
			if err := e.Ack(ctx, nil); err != nil {
				b.Error(err)
			}
		})
		p := s.next()
		p.hello(1)
		exchange(b, p.ws, sent)
	})

	b.Run("floor", func(b *testing.B) {
		accepted := make(chan *websocket.Conn, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				b.Error(err)
			}
			accepted <- ws
		}))
		b.Cleanup(server.Close)
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			for {
				kind, data, err := ws.ReadMessage()
				if err != nil || ws.WriteMessage(kind, data) != nil {
					return
				}
			}
		}()
		far := <-accepted
		exchange(b, far, sent)
		_ = far.Close()
		_ = ws.Close()
	})
}

func exchange(b *testing.B, ws *websocket.Conn, sent string) {
	b.ReportAllocs()
	for b.Loop() {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(sent)); err != nil {
			b.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
	}
}
