package azeer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"azeer-slack/azeer"
)

// account stands in for Azeer.
func account(status int, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

func ExampleClient_Assign() {
	server := account(200, `{"message":"assignment completed successfully","success":true}`)
	defer server.Close()

	client, err := azeer.New("sandbox-key", azeer.Config{BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	confirmation, err := client.Assign(context.Background(), "966544444444", "omar@twerlo.com")
	fmt.Println(confirmation.Message, err)
	// Output: assignment completed successfully <nil>
}

func ExampleClient_Agents() {
	server := account(200, `{"success": true, "data": [
		{"id": 1, "platform_id": "omar@twerlo.com", "display_name": "Omar Hassan", "role": "admin", "status": "active"},
		{"id": 2, "profile_email": "sara@twerlo.com", "profile_name": "Sara Ali", "is_active": 0}
	], "total": 3}`)
	defer server.Close()

	client, err := azeer.New("sandbox-key", azeer.Config{BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := client.Agents(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, agent := range list.Agents {
		fmt.Println(agent.Name, agent.PlatformID, agent.Active)
	}
	fmt.Println(list.Warnings)
	// Output:
	// Omar Hassan omar@twerlo.com true
	// Sara Ali sara@twerlo.com false
	// [the list may be partial: total is 3, returned were 2]
}

func ExampleClient_Agent() {
	server := account(200, `{"data": {"id": 9007199254740993, "platform_id": "omar@twerlo.com", "team": "night"}}`)
	defer server.Close()

	client, err := azeer.New("sandbox-key", azeer.Config{BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	agent, err := client.Agent(context.Background(), "9007199254740993")
	fmt.Println(agent.ID, agent.Email, string(agent.Extra["team"]), err)
	// Output: 9007199254740993 omar@twerlo.com "night" <nil>
}

func ExampleError() {
	for _, status := range []int{401, 404, 429, 500} {
		server := account(status, `{"error": {"message": "no contact 966544444444"}}`)
		client, err := azeer.New("sandbox-key", azeer.Config{BaseURL: server.URL})
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = client.Assign(context.Background(), "966544444444", "omar@twerlo.com")
		var fault *azeer.Error
		if errors.As(err, &fault) {
			fmt.Println(fault.Effect, "-", fault)
		}
		server.Close()
	}
	// Output:
	// refused - assign contact: status 401 Unauthorized: the key is wrong, revoked or read-only (refused)
	// refused - assign contact: status 404 Not Found: contact or agent unknown, or a bad phone (refused)
	// not carried out - assign contact: status 429 Too Many Requests: too many requests (not carried out)
	// perhaps carried out - assign contact: status 500 Internal Server Error: a fault at azeer, or contact or agent unknown (perhaps carried out)
}
