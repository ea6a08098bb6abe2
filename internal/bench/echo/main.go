// Command echo is the floor: it acknowledges every envelope and does nothing else. With
// ECHO_SYNC naming a file it appends to it, and syncs, before it acknowledges; what waits
// meanwhile shares the next sync.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

// rowSize is what the journal writes of a command, in bytes, about.
const rowSize = 400

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	var file *os.File
	if name := os.Getenv("ECHO_SYNC"); name != "" {
		var err error
		if file, err = os.Create(name); err != nil {
			return err
		}
	}
	ws, err := connect()
	if err != nil {
		return err
	}
	ids := make(chan []byte, 1024)
	go func() {
		defer close(ids)
		for {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if id := envelope(frame); id != nil {
				ids <- id
			}
		}
	}()
	return acknowledge(ws, ids, file)
}

// connect opens a socket as Slack wants it.
func connect() (*websocket.Conn, error) {
	request, err := http.NewRequest(http.MethodPost, os.Getenv("SLACK_API_URL")+"apps.connections.open", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("SLACK_APP_TOKEN"))
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	var opened struct{ URL string }
	if err := json.NewDecoder(reply.Body).Decode(&opened); err != nil {
		return nil, err
	}
	ws, _, err := websocket.DefaultDialer.Dial(opened.URL, nil)
	return ws, err
}

// envelope finds the id of an envelope in a frame; nil: it has none.
func envelope(frame []byte) []byte {
	_, rest, _ := bytes.Cut(frame, []byte(`"envelope_id":"`))
	id, _, ok := bytes.Cut(rest, []byte(`"`))
	if !ok {
		return nil
	}
	return id
}

// acknowledge answers until there are no more envelopes.
func acknowledge(ws *websocket.Conn, ids <-chan []byte, file *os.File) error {
	for id := range ids {
		batch := [][]byte{id}
		for range len(ids) {
			batch = append(batch, <-ids)
		}
		if file != nil {
			if _, err := file.Write(make([]byte, rowSize*len(batch))); err != nil {
				return err
			}
			if err := file.Sync(); err != nil {
				return err
			}
		}
		for _, id := range batch {
			if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"envelope_id":"%s"}`, id)); err != nil {
				return err
			}
		}
	}
	return nil
}
