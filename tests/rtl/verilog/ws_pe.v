// One processing element of ws_array.v, where the marks are explained.
module ws_pe #(
    parameter WIDTH = 8,
    parameter ACCUMULATOR = 32,
    parameter DOUBLE_BUFFER = 1
) (
    input  wire                          clock,
    input  wire                          reset,
    input  wire                          enable,
    // from the left, to the right
    input  wire                          valid_in,
    input  wire                          first_in,
    input  wire                          last_in,
    input  wire signed [WIDTH-1:0]       activation_in,
    output reg                           valid_out,
    output reg                           first_out,
    output reg                           last_out,
    output reg  signed [WIDTH-1:0]       activation_out,
    // from above, to below
    input  wire signed [ACCUMULATOR-1:0] sum_in,
    output reg  signed [ACCUMULATOR-1:0] sum_out,
    // the chain of weights
    input  wire                          load,
    input  wire                          load_last,
    input  wire signed [WIDTH-1:0]       weight_in,
    output reg  signed [WIDTH-1:0]       weight_out,
    output reg                           loaded
);
  // The element of the chain, as the next row sees it, is the shadow register or the weight register.
  reg signed [WIDTH-1:0] held;

  wire take = (DOUBLE_BUFFER != 0) && first_in;
  wire signed [WIDTH-1:0] weight = (DOUBLE_BUFFER == 0 || take) ? weight_out : held;
  wire leaves = (DOUBLE_BUFFER != 0) ? first_in : last_in;
  wire shift = load && (!loaded || leaves);

  // Sign extension by assignment: products are made in the accumulator's width.
  wire signed [ACCUMULATOR-1:0] wide_weight = {{(ACCUMULATOR - WIDTH) {weight[WIDTH-1]}}, weight};
  wire signed [ACCUMULATOR-1:0] wide_activation =
      {{(ACCUMULATOR - WIDTH) {activation_in[WIDTH-1]}}, activation_in};

  always @(posedge clock) begin
    if (reset) begin
      valid_out <= 1'b0;
      first_out <= 1'b0;
      last_out <= 1'b0;
      activation_out <= {WIDTH{1'b0}};
      sum_out <= {ACCUMULATOR{1'b0}};
      weight_out <= {WIDTH{1'b0}};
      held <= {WIDTH{1'b0}};
      loaded <= 1'b0;
    end else if (enable) begin
      valid_out <= valid_in;
      first_out <= first_in;
      last_out <= last_in;
      activation_out <= activation_in;
      sum_out <= sum_in + wide_weight * wide_activation;
      held <= weight;
      if (shift) weight_out <= weight_in;
      if (shift && load_last) loaded <= 1'b1;
      else if (leaves) loaded <= 1'b0;
    end
  end
endmodule
