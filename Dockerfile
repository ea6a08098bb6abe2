# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE= COMMIT=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${RELEASE} -X main.commit=${COMMIT}" -o /out/azeer-slack ./cmd/azeer-slack \
    && mkdir /out/data

# No shell, no package manager; CA certificates, and a user of its own (65532).
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/azeer-slack /azeer-slack
# A named volume mounted here takes over this owner, so that the journal can be written.
COPY --from=build --chown=65532:65532 /out/data /data
ENV DATABASE_URL=sqlite:///data/azeer-slack.db \
    HTTP_ADDR=:8080
VOLUME /data
USER nonroot
ENTRYPOINT ["/azeer-slack"]
