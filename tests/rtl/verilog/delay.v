// DEPTH registers in a row; none for DEPTH = 0.
module delay #(
    parameter WIDTH = 1,
    parameter DEPTH = 0
) (
    input  wire             clock,
    input  wire             reset,
    input  wire             enable,
    input  wire [WIDTH-1:0] in,
    output wire [WIDTH-1:0] out
);
  generate
    if (DEPTH == 0) begin : g_wire
      wire unused = &{1'b0, clock, reset, enable};
      assign out = in;
    end else begin : g_registers
      reg [WIDTH*DEPTH-1:0] stages;
      assign out = stages[WIDTH*DEPTH-1-:WIDTH];
      if (DEPTH == 1) begin : g_one
        always @(posedge clock) begin
          if (reset) stages <= {WIDTH{1'b0}};
          else if (enable) stages <= in;
        end
      end else begin : g_more
        always @(posedge clock) begin
          if (reset) stages <= {(WIDTH * DEPTH) {1'b0}};
          else if (enable) stages <= {stages[WIDTH*(DEPTH-1)-1:0], in};
        end
      end
    end
  endgenerate
endmodule
